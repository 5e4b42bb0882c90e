import { existsSync } from 'node:fs'
import Client from 'better-sqlite3'
import { UserError } from '../../config/user-error.ts'
import { DatabaseUnavailable } from '../errors.ts'
import { connect, type SqliteConfig } from '../sqlite/database.ts'
import { isBusy } from '../sqlite/write-queue.ts'
import { type Applied, type Migration, type MigrationConnection, runStatements } from './files.ts'

/**
 * Foreign keys are off while tables change: SQLite rebuilds a table by dropping it, and with them on the
 * rows that refer to it would go too. The pragma is ignored inside a transaction (drizzle-orm#5782), so it
 * is set outside, and `foreign_key_check` has the last word before the commit.
 */
export function sqliteMigrations(config: SqliteConfig, lockTimeoutMs = 60_000): MigrationConnection {
  let client: Client.Database | undefined
  const open = () => (client ??= connectForMigrating(config, lockTimeoutMs))
  return {
    exclusively: work => exclusively(open(), work),
    applied: async () => (client ? applied(client) : appliedIn(config.file)),
    apply: async migration => apply(open(), migration),
    record: async migration => record(open(), migration),
    columns: async () => {
      const client = open()
      return new Map(siteTablesOf(client).map(table => [table, columnsOf(client, table)]))
    },
    revert: async ({ name, down }) => {
      await runStatements(down as string, statement => open().exec(statement))
      open().prepare('delete from __drizzle_migrations where name = ?').run(name)
    },
    rowCounts: async () => new Map(siteTablesOf(open()).map(table => [table, countColumns(open(), table)])),
    close: async () => void client?.close(),
  }
}

function connectForMigrating(config: SqliteConfig, lockTimeoutMs: number): Client.Database {
  const client = connect(config)
  client.pragma(`busy_timeout = ${lockTimeoutMs}`)
  client.pragma('foreign_keys = OFF')
  return client
}

async function exclusively<T>(client: Client.Database, work: () => Promise<T>): Promise<T> {
  begin(client)
  try {
    const result = await work()
    const broken = client.pragma('foreign_key_check') as { table: string }[]
    if (broken[0])
      throw new UserError(
        `this would leave rows of ${broken[0].table} that refer to missing rows: nothing was changed`,
      )
    client.exec('COMMIT')
    return result
  } finally {
    if (client.inTransaction) client.exec('ROLLBACK')
  }
}

function begin(client: Client.Database): void {
  try {
    client.exec('BEGIN IMMEDIATE')
  } catch (error) {
    if (!isBusy(error)) throw error
    throw new DatabaseUnavailable('another process keeps writing to the database: try again later', {
      cause: error,
    })
  }
}

/** Reads a file that may not be there without making it. */
function appliedIn(file: string): Applied[] {
  if (!existsSync(file)) return []
  const client = new Client(file, { readonly: true, timeout: 5_000 })
  try {
    return applied(client)
  } finally {
    client.close()
  }
}

function applied(client: Client.Database): Applied[] {
  if (!tablesOf(client).includes('__drizzle_migrations')) return []
  const rows = client.prepare('select name, hash, applied_at from __drizzle_migrations order by name').all()
  return (rows as { name: string; hash: string; applied_at: string | null }[]).map(
    ({ name, hash, applied_at }) => ({
      name,
      hash,
      appliedAt: applied_at === null ? null : new Date(applied_at),
    }),
  )
}

async function apply(client: Client.Database, migration: Migration): Promise<void> {
  await runStatements(migration.sql, statement => client.exec(statement))
  record(client, migration)
}

function record(client: Client.Database, { name, hash, folderMillis }: Migration): void {
  client.exec(`create table if not exists __drizzle_migrations (
    id integer primary key, hash text not null, created_at numeric, name text, applied_at text)`)
  client
    .prepare('insert into __drizzle_migrations (hash, created_at, name, applied_at) values (?, ?, ?, ?)')
    .run(hash, folderMillis, name, new Date().toISOString())
}

function countColumns(client: Client.Database, table: string) {
  const columns = columnsOf(client, table)
  const counts = columns.map(column => `count("${column}")`).join(', ')
  const [rows = 0, ...values] = client
    .prepare(`select count(*), ${counts} from "${table}"`)
    .raw()
    .get() as number[]
  return { rows, values: new Map(columns.map((column, at) => [column, values[at] ?? 0])) }
}

function columnsOf(client: Client.Database, table: string): string[] {
  return (client.pragma(`table_info("${table}")`) as { name: string }[]).map(({ name }) => name)
}

/** Without the search index, which is derived from other rows. */
function siteTablesOf(client: Client.Database): string[] {
  return tablesOf(client).filter(table => !/^(sqlite_|__drizzle)|_fts(_|$)/.test(table))
}

function tablesOf(client: Client.Database): string[] {
  return client.prepare("select name from sqlite_master where type = 'table'").pluck().all() as string[]
}
