/** Applies and takes back the SQL under drizzle/, in order, one process at a time, all of it or nothing. */
import { UserError } from '../../config/user-error.ts'
import type { DatabaseConfig } from '../../config.ts'
import { assertEngine } from '../open.ts'
import { dataLossBetween, type Loss } from './data-loss.ts'
import {
  type Applied,
  type Migration,
  type MigrationConnection,
  readMigrations,
  statementsOf,
} from './files.ts'

/** The database has been migrated by newer code than this. */
export class SchemaTooNew extends UserError {
  override readonly name = 'SchemaTooNew'
}

/** A migration that cannot be named, found or taken back: its message is for the person at the prompt. */
export class MigrationRefused extends UserError {
  override readonly name = 'MigrationRefused'
}

export type MigrateOptions = {
  /** Stop after this migration. */
  to?: string | undefined
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
    // The exclusive transaction ends with a check of every row: it is not begun without need.
    if ((await waiting()).length === 0) return []
    return connection.exclusively(async () => {
      const migrations = await waiting()
      for (const migration of migrations) {
        const start = performance.now()
        await connection.apply(migration)
        options.onDone?.(migration.name, performance.now() - start)
      }
      return migrations.map(({ name }) => name)
    })
  })
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

/** A rollback would lose rows and was not accepted: nothing was changed. */
export class DataLossRefused extends UserError {
  override readonly name = 'LossRefused'
  readonly losses: Loss[]
  constructor(losses: Loss[]) {
    super(`this would lose ${losses.map(({ description }) => description).join(', ')}: nothing was changed`)
    this.losses = losses
  }
}

function toRevert(known: Migration[], applied: Applied[], target: Target): Migration[] {
  const present = applied.map(({ name }) => {
    const migration = known.find(migration => migration.name === name)
    if (migration) return migration
    throw new SchemaTooNew(
      `the database has the migration ${name}, which this code does not know: update the code`,
    )
  })
  const newestFirst = present.toReversed()
  let steps = newestFirst.length
  if (target !== 'all') steps = 'steps' in target ? target.steps : indexOf(newestFirst, target.to)
  const leaving = newestFirst.slice(0, steps)
  for (const { name, down } of leaving) {
    const why = /^--\s*irreversible:\s*(.*)$/im.exec(down ?? '')?.[1]
    if (why !== undefined) throw new MigrationRefused(`${name} cannot be rolled back: ${why}`)
    if (down === null || statementsOf(down).length === 0)
      throw new MigrationRefused(`${name} has no down.sql to roll it back`)
  }
  return leaving
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
