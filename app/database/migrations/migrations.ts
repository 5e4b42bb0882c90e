/** Applies and takes back the SQL under drizzle/, in order, one process at a time, all of it or nothing. */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { UserError } from '../../config/user-error.ts'
import { type DatabaseConfig, type Engine, root } from '../../config.ts'
import { assertEngine } from '../open.ts'
import { dataLossBetween, type Loss, type RowCounts } from './data-loss.ts'

export type Migration = { name: string; sql: string; down: string | null; hash: string; folderMillis: number }
export type Applied = { name: string; hash: string; appliedAt: Date | null }

/** What a migration needs of an engine; drizzle-kit's own table of applied migrations is kept by both. */
export interface MigrationConnection {
  /** Runs `work` in one transaction while no other process migrates. Foreign keys hold at its end. */
  exclusively<T>(work: () => Promise<T>): Promise<T>
  /** What the database says was applied, oldest first; asking changes nothing. */
  applied(): Promise<Applied[]>
  apply(migration: Migration): Promise<void>
  revert(migration: Migration): Promise<void>
  /** How many rows each table has, and how many values each of its columns. */
  rowCounts(): Promise<RowCounts>
  /** Tables, indexes, triggers and constraints as the engine describes them, in one order. */
  schemaDump(): Promise<string[]>
  close(): Promise<void>
}

/** The database has been migrated by newer code than this. */
export class SchemaTooNew extends UserError {
  override readonly name = 'SchemaTooNew'
}

/** A migration that cannot be named, found or taken back: the sentence is for whoever typed the command. */
export class MigrationRefused extends UserError {
  override readonly name = 'MigrationRefused'
}

export function migrationsFolder(engine: Engine): string {
  return path.join(root, 'drizzle', engine)
}

/** The migrations of an engine, oldest first. */
export async function readMigrations(engine: Engine): Promise<Migration[]> {
  const folder = migrationsFolder(engine)
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

/** The statements of a file of migration SQL, without its comments' worth of nothing. */
export function statementsOf(sql: string): string[] {
  return sql.split('--> statement-breakpoint').filter(statement => withoutComments(statement) !== '')
}

function withoutComments(sql: string): string {
  return sql.replaceAll(/--.*$/gm, '').trim()
}

export type MigrateOptions = {
  /** Stop after this migration. */
  to?: string | undefined
  onStart?: (name: string) => void
  onDone?: (name: string, milliseconds: number) => void
}

/**
 * Brings the database to the newest schema, or to that of the migration named; returns what it applied.
 * @throws SchemaTooNew when the database knows migrations that this code does not
 */
export async function migrate(config: DatabaseConfig, options: MigrateOptions = {}): Promise<string[]> {
  const known = await readMigrations(config.engine)
  return withMigrations(config, async connection => {
    const waiting = async () => pending(known, await connection.applied(), options.to)
    // Taking the database for oneself means looking at every row of it afterwards.
    if ((await waiting()).length === 0) return []
    return connection.exclusively(async () => applyAll(connection, await waiting(), options))
  })
}

async function applyAll(
  connection: MigrationConnection,
  waiting: Migration[],
  options: MigrateOptions,
): Promise<string[]> {
  for (const migration of waiting) {
    const start = performance.now()
    options.onStart?.(migration.name)
    await connection.apply(migration)
    options.onDone?.(migration.name, performance.now() - start)
  }
  return waiting.map(({ name }) => name)
}

function pending(known: Migration[], applied: Applied[], to: string | undefined): Migration[] {
  const unknown = applied.filter(({ name }) => !known.some(migration => migration.name === name))
  if (unknown.length > 0) {
    const names = unknown.map(({ name }) => name).join(', ')
    throw new SchemaTooNew(
      `the database is newer than this code, which does not know ${names}: update the code`,
    )
  }
  const last = to === undefined ? known.length - 1 : indexOf(known, to)
  return known.slice(0, last + 1).filter(({ name }) => !applied.some(row => row.name === name))
}

/** Finds a migration by its whole name or by the part after the number. */
function indexOf(known: { name: string }[], wanted: string): number {
  const found = known.findIndex(({ name }) => name === wanted || name.slice(15) === wanted)
  if (found < 0) throw new MigrationRefused(`there is no migration "${wanted}"; npm run db:status lists them`)
  return found
}

/** How far to go back: a number of migrations, all of them, or until the one named is the last. */
export type Target = { steps: number } | { to: string } | 'all'

/**
 * Takes migrations back, newest first, and returns their names. Everything happens in one transaction:
 * `accept` is told what would be lost, and when it refuses nothing has happened.
 * @throws MigrationRefused when a way back is missing or declared impossible
 */
export async function rollBack(
  config: DatabaseConfig,
  target: Target,
  accept: (losses: Loss[]) => boolean = () => true,
): Promise<string[]> {
  return withMigrations(config, connection =>
    connection.exclusively(async () => {
      const leaving = toRevert(await readMigrations(config.engine), await connection.applied(), target)
      const before = await connection.rowCounts()
      for (const migration of leaving) await connection.revert(migration)
      const losses = dataLossBetween(
        before,
        await connection.rowCounts(),
        leaving.flatMap(({ down }) => statementsOf(down ?? '')),
      )
      if (losses.length > 0 && !accept(losses)) throw new DataLossRefused(losses)
      return leaving.map(({ name }) => name)
    }),
  )
}

/** A rollback would have lost rows, and nobody agreed to that: nothing was changed. */
export class DataLossRefused extends UserError {
  override readonly name = 'LossRefused'
  readonly losses: Loss[]
  constructor(losses: Loss[]) {
    super(`this would lose ${losses.map(({ words }) => words).join(', ')}: nothing was changed`)
    this.losses = losses
  }
}

function toRevert(known: Migration[], applied: Applied[], target: Target): Migration[] {
  const present = applied.map(
    ({ name }) => known.find(migration => migration.name === name) ?? unknownMigration(name),
  )
  const newestFirst = present.toReversed()
  const leaving = newestFirst.slice(0, stepsTo(newestFirst, target))
  for (const { name, down } of leaving) assertReversible(name, down)
  return leaving
}

function stepsTo(newestFirst: Migration[], target: Target): number {
  if (target === 'all') return newestFirst.length
  return 'steps' in target ? target.steps : indexOf(newestFirst, target.to)
}

function unknownMigration(name: string): never {
  throw new SchemaTooNew(
    `the database has the migration ${name}, which this code does not know: update the code`,
  )
}

function assertReversible(name: string, down: string | null): void {
  const why = /^--\s*irreversible:\s*(.*)$/im.exec(down ?? '')?.[1]
  if (why !== undefined) throw new MigrationRefused(`${name} cannot be rolled back: ${why}`)
  if (down === null || statementsOf(down).length === 0) {
    throw new MigrationRefused(`${name} has no down.sql to roll it back`)
  }
}

export type MigrationState = 'applied' | 'edited' | 'pending' | 'unknown'
export type MigrationStatus = { name: string; state: MigrationState; appliedAt: Date | null }

/** Every migration that the code or the database knows, in order; asking changes nothing. */
export async function migrationStatus(config: DatabaseConfig): Promise<MigrationStatus[]> {
  const known = await readMigrations(config.engine)
  const applied = await withMigrations(config, connection => connection.applied())
  const unknown = applied.filter(({ name }) => !known.some(migration => migration.name === name))
  const ours = known.map(({ name, hash }): MigrationStatus => {
    const row = applied.find(row => row.name === name)
    const state = row ? (row.hash === hash ? 'applied' : 'edited') : 'pending'
    return { name, state, appliedAt: row?.appliedAt ?? null }
  })
  return [...ours, ...unknown.map(({ name, appliedAt }) => ({ name, state: 'unknown' as const, appliedAt }))]
}

/** Opens a connection for migrating, lends it to `work`, and closes it. */
export async function withMigrations<T>(
  config: DatabaseConfig,
  work: (connection: MigrationConnection) => Promise<T>,
): Promise<T> {
  assertEngine(config)
  const connection =
    config.engine === 'sqlite'
      ? (await import('./sqlite.ts')).sqliteMigrations(config)
      : await (await import('./postgres.ts')).postgresMigrations(config)
  try {
    return await work(connection)
  } finally {
    await connection.close()
  }
}
