/** For commands that move a whole database: a consistent read, no timeouts, and the ids given so far. */
import { drizzle } from 'drizzle-orm/better-sqlite3'
import type { DatabaseConfig, Engine } from '../config.ts'
import { reference, table, text } from './columns.ts'
import type { Database, Reader, Writer } from './database.ts'
import { engine } from './engine.ts'
import { assertEngine, openDatabase } from './open.ts'
import { readerOf } from './reader-writer.ts'
import { relations } from './schema.ts'
import { eq, type SQL, sql } from './sql.ts'

export { getColumns } from 'drizzle-orm'

/** The longest that a timer can wait: 24 days. */
const forever = 2 ** 31 - 1

/** A database whose transactions and statements may take hours, for commands that move many rows. */
export function openWithoutTimeouts(config: DatabaseConfig): Promise<Database> {
  const options = { transactionTimeoutMs: forever }
  if (config.engine === 'sqlite') return openDatabase(config, options)
  return openDatabase({ ...config, session: { ...config.session, statement_timeout: '0' } }, options)
}

/**
 * Runs `work` on a snapshot of the database, however long it reads and whatever is written meanwhile; writers do not
 * wait for it. The file of an SQLite database must exist.
 */
export async function withConsistentRead<T>(
  config: DatabaseConfig,
  work: (db: Reader) => Promise<T>,
): Promise<T> {
  assertEngine(config)
  if (config.engine === 'sqlite') return withFileSnapshot(config.file, work)
  const db = await openWithoutTimeouts(config)
  try {
    return await db.transaction(work)
  } finally {
    await db.close()
  }
}

/** The first statement of a deferred transaction takes the snapshot: the write-ahead log keeps it. */
async function withFileSnapshot<T>(file: string, work: (db: Reader) => Promise<T>): Promise<T> {
  const { default: Client } = await import('better-sqlite3')
  const client = new Client(file, { readonly: true, fileMustExist: true, timeout: 5_000 })
  try {
    client.exec('BEGIN')
    return await work(readerOf(drizzle({ client, relations }) as unknown as Parameters<typeof readerOf>[0]))
  } finally {
    client.close()
  }
}

/** The file that is the database, where there is such a thing. */
export function fileOf(config: DatabaseConfig): string | null {
  return config.engine === 'sqlite' ? config.file : null
}

/** The same configuration for another file. */
export function atFile(config: DatabaseConfig, file: string): DatabaseConfig {
  return config.engine === 'sqlite' ? { ...config, file } : config
}

const one = sql`(select 1) one`
const sequenceOf = (name: string) => sql`pg_get_serial_sequence(${name}::text, 'id')`
/** PostgreSQL's sequence does not know the ids that rows brought with them; SQLite's does. */
const given: Record<Engine, (name: string) => SQL> = {
  sqlite: name => sql`(select seq from sqlite_sequence where name = ${name})`,
  postgresql: name => {
    const highest = sql`(select max(id) from ${sql.identifier(name)})`
    return sql`greatest(pg_sequence_last_value(${sequenceOf(name)}::regclass), ${highest})`
  },
}

/** The highest id that the table has given or been given so far, to rows that are gone, too; 0 for none. */
export async function lastId(db: Reader, name: string): Promise<number> {
  const [row] = await db.select({ last: sql<string | number | null>`${given[engine](name)}` }).from(one)
  return Number(row?.last ?? 0)
}

/** SQLite's own table of the ids given, as any table. */
const sequences = table('sqlite_sequence', { name: text().notNull(), seq: reference().notNull() })

/** Makes the next row's id higher than `last`, unless it would be already. */
export async function keepIdsAbove(tx: Writer, name: string, last: number): Promise<void> {
  if (last === 0) return
  if (engine === 'postgresql') {
    const sequence = sequenceOf(name)
    const above = sql`greatest(${last}::bigint, pg_sequence_last_value(${sequence}::regclass))`
    await tx.select({ last: sql`setval(${sequence}, ${above})` }).from(one)
  } else if (last > (await lastId(tx, name))) {
    const moved = await tx.update(sequences).set({ seq: last }).where(eq(sequences.name, name)).returning()
    if (moved.length === 0) await tx.insert(sequences).values({ name, seq: last })
  }
}
