/** Applies the SQL under drizzle/, in order, once, by one process at a time. */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { type DatabaseConfig, type Engine, root } from '../config.ts'
import { assertEngine } from './database.ts'

export type Migration = { name: string; sql: string; down: string | null; hash: string; folderMillis: number }
export type Applied = { name: string; hash: string }

/** What a migration needs of an engine; drizzle-kit's own table of applied migrations is kept by both. */
export interface MigrationConnection {
  /** Runs `work` while no other process migrates. */
  exclusively<T>(work: () => Promise<T>): Promise<T>
  applied(): Promise<Applied[]>
  /** Runs the statements and records the change, or does neither. Foreign keys hold at the end. */
  apply(migration: Migration): Promise<void>
  revert(migration: Migration): Promise<void>
  close(): Promise<void>
}

/** The database has been migrated by newer code than this. */
export class SchemaTooNew extends Error {
  override readonly name = 'SchemaTooNew'
}

/** The migrations of an engine, oldest first. */
export async function readMigrations(engine: Engine): Promise<Migration[]> {
  const folder = path.join(root, 'drizzle', engine)
  const names = (await readdir(folder)).filter(name => /^\d{14}_\w+$/.test(name)).toSorted()
  return Promise.all(names.map(name => readMigration(path.join(folder, name), name)))
}

async function readMigration(folder: string, name: string): Promise<Migration> {
  const sql = await readFile(path.join(folder, 'migration.sql'), 'utf8')
  const down = await readFile(path.join(folder, 'down.sql'), 'utf8').catch(() => null)
  const hash = createHash('sha256').update(sql).digest('hex')
  return { name, sql, down, hash, folderMillis: millisOf(name) }
}

/** The moment in a migration's name, as drizzle-kit records it: `20261120160000_create_users`. */
function millisOf(name: string): number {
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)/.exec(name) as RegExpExecArray
  const [year, month, ...rest] = parts.map(Number) as [number, number, number, number, number, number]
  return Date.UTC(year, month - 1, ...rest)
}

export function statementsOf(sql: string): string[] {
  return sql.split('--> statement-breakpoint').filter(statement => statement.trim() !== '')
}

/**
 * Brings the database to the newest schema; `onApply` is told each migration before it runs.
 * @throws SchemaTooNew when the database knows migrations that this code does not
 */
export async function migrate(
  config: DatabaseConfig,
  onApply: (name: string) => void = () => {},
): Promise<void> {
  await withMigrations(config, connection =>
    connection.exclusively(async () => {
      for (const migration of await pending(connection, await readMigrations(config.engine))) {
        onApply(migration.name)
        await connection.apply(migration)
      }
    }),
  )
}

async function pending(connection: MigrationConnection, known: Migration[]): Promise<Migration[]> {
  const applied = (await connection.applied()).map(({ name }) => name)
  const unknown = applied.filter(name => !known.some(migration => migration.name === name))
  if (unknown.length > 0) {
    throw new SchemaTooNew(
      `the database is newer than this code, which does not know ${unknown.join(', ')}: update the code`,
    )
  }
  return known.filter(({ name }) => !applied.includes(name))
}

/** Takes back the last `steps` migrations, newest first. */
export async function rollBack(config: DatabaseConfig, steps: number): Promise<void> {
  await withMigrations(config, connection =>
    connection.exclusively(async () => {
      const known = await readMigrations(config.engine)
      const applied = (await connection.applied()).map(({ name }) => name)
      const newest = known.filter(({ name }) => applied.includes(name)).toReversed()
      for (const migration of newest.slice(0, steps)) await connection.revert(migration)
    }),
  )
}

/** Opens a connection for migrating, lends it to `work`, and closes it. */
export async function withMigrations(
  config: DatabaseConfig,
  work: (connection: MigrationConnection) => Promise<void>,
): Promise<void> {
  assertEngine(config)
  const connection =
    config.engine === 'sqlite'
      ? (await import('./sqlite-migrations.ts')).sqliteMigrations(config)
      : (await import('./postgres-migrations.ts')).postgresMigrations(config)
  try {
    await work(connection)
  } finally {
    await connection.close()
  }
}
