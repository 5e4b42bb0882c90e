import type { ReservedSql } from 'postgres'
import { connect, type PostgresConfig } from '../postgres/database.ts'
import type { RowCounts } from './data-loss.ts'
import { type Applied, type Migration, type MigrationConnection, runStatements } from './files.ts'

/** Any number will do, as long as all processes use the same one: the first eight letters of "microblog". */
const lockKey = '7883953408476112751'

/**
 * One connection, whose advisory lock lets one process migrate at a time. The lock ends with the connection, so a process
 * that dies leaves none behind.
 */
export async function postgresMigrations(config: PostgresConfig): Promise<MigrationConnection> {
  const pool = connect(config, { max: 1 })
  const client = await pool.reserve().catch(async error => {
    await pool.end()
    throw error
  })
  return {
    exclusively: work => exclusively(client, work),
    applied: () => applied(client),
    apply: migration => apply(client, migration),
    record: migration => record(client, migration),
    columns: () => columnsOf(client),
    revert: async ({ name, down }) => {
      await runStatements(down as string, statement => client.unsafe(statement))
      await client`delete from drizzle.__drizzle_migrations where name = ${name}`
    },
    rowCounts: () => countRows(client),
    close: async () => {
      client.release()
      await pool.end({ timeout: 5 })
    },
  }
}

async function exclusively<T>(client: ReservedSql, work: () => Promise<T>): Promise<T> {
  await client.unsafe('set statement_timeout = 0')
  await client.unsafe(`select pg_advisory_lock(${lockKey})`)
  await client.unsafe('begin')
  try {
    const result = await work()
    await client.unsafe('commit')
    return result
  } catch (error) {
    await client.unsafe('rollback')
    throw error
  } finally {
    await client.unsafe(`select pg_advisory_unlock(${lockKey})`)
  }
}

async function applied(client: ReservedSql): Promise<Applied[]> {
  const [table] = await client`select to_regclass('drizzle.__drizzle_migrations') as found`
  if (!table?.['found']) return []
  const rows = await client<{ name: string; hash: string; applied_at: Date | null }[]>`
    select name, hash, applied_at from drizzle.__drizzle_migrations order by name collate "C"`
  return rows.map(({ name, hash, applied_at }) => ({ name, hash, appliedAt: applied_at }))
}

async function apply(client: ReservedSql, migration: Migration): Promise<void> {
  await runStatements(migration.sql, statement => client.unsafe(statement))
  await record(client, migration)
}

async function record(client: ReservedSql, { name, hash, folderMillis }: Migration): Promise<void> {
  await client.unsafe('create schema if not exists drizzle')
  await client.unsafe(`create table if not exists drizzle.__drizzle_migrations (
    id serial primary key, hash text not null, created_at bigint, name text, applied_at timestamptz default now())`)
  await client`
    insert into drizzle.__drizzle_migrations (hash, created_at, name) values (${hash}, ${folderMillis}, ${name})`
}

async function countRows(client: ReservedSql): Promise<RowCounts> {
  const found: RowCounts = new Map()
  for (const [table, names] of await columnsOf(client))
    found.set(table, await countColumns(client, table, names))
  return found
}

/** Without the search index, which is derived from other rows. */
async function columnsOf(client: ReservedSql): Promise<Map<string, string[]>> {
  const columns = await client<{ table: string; columns: string[] }[]>`
    select c.table_name as table, array_agg(c.column_name::text order by c.ordinal_position) as columns
    from information_schema.columns c
    join information_schema.tables t using (table_schema, table_name)
    where c.table_schema = current_schema() and t.table_type = 'BASE TABLE' and right(c.table_name, 4) <> '_fts'
    group by c.table_name`
  return new Map(columns.map(({ table, columns: names }) => [table, names]))
}

async function countColumns(client: ReservedSql, table: string, columns: string[]) {
  const counts = columns.map(column => `count("${column}")`).join(', ')
  const [row = []] = await client.unsafe(`select count(*), ${counts} from "${table}"`).values()
  const [rows = 0, ...values] = (row as unknown[]).map(Number)
  return { rows, values: new Map(columns.map((column, at) => [column, values[at] ?? 0])) }
}
