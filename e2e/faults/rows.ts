/** Rows of a database by plain SQL, past everything that the application believes. */
import Client from 'better-sqlite3'
import postgres from 'postgres'
import type { DatabaseConfig } from '../../app/config.ts'

/** Of what the queries here ask for: texts, numbers (PostgreSQL's counts are texts) and nothing. */
export type Row = Record<string, string | number | null>

export async function rowsOf(config: DatabaseConfig, sql: string): Promise<Row[]> {
  if (config.engine === 'postgresql') return withPostgres(config.url, async client => client.unsafe(sql))
  const client = new Client(config.file, { readonly: true, timeout: 5_000 })
  try {
    return client.prepare(sql).all() as Row[]
  } finally {
    client.close()
  }
}

export async function countOf(config: DatabaseConfig, sql: string): Promise<number> {
  const [row = {}] = await rowsOf(config, sql)
  return Number(Object.values(row)[0])
}

export async function withPostgres<T>(url: string, work: (client: postgres.Sql) => Promise<T>): Promise<T> {
  const client = postgres(url, { max: 1, onnotice: () => {} })
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
