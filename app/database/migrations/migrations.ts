/** Applies and takes back the SQL under drizzle/, in order, one process at a time, all of it or nothing. */
import type { DatabaseConfig } from '../../config.ts'
import { tableConfig } from '../columns.ts'
import { assertEngine } from '../open.ts'
import { tables } from '../schema.ts'
import { dataLossBetween, type Loss } from './data-loss.ts'
import {
  DataLossRefused,
  MigrationRefused,
  migrationFailed,
  SchemaTooNew,
  StatementFailed,
} from './failures.ts'
import {
  type Applied,
  keepMigrations,
  type Migration,
  type MigrationConnection,
  readKeptMigrations,
  readMigrations,
  statementsOf,
} from './files.ts'

export type MigrateOptions = {
  /** Stop after this migration. */
  to?: string | undefined
  onDone?: (name: string, milliseconds: number) => void
  /** Is told what would be lost; when it refuses, nothing has happened. */
  accept?: (losses: Loss[]) => boolean
}

/**
 * Brings the database to the newest schema, or to that of the migration named; returns what it applied.
 * @throws SchemaTooNew when the database knows migrations that this code does not
 * @throws MigrationFailed when a statement fails
 */
export async function migrate(config: DatabaseConfig, options: MigrateOptions = {}): Promise<string[]> {
  const known = await readMigrations(config.engine)
  const done = await withMigrations(config, async connection => {
    const waiting = async () => {
      const applied = await connection.applied()
      await refuseUnknown(config, known, applied)
      return pending(known, applied, options.to)
    }
    // The exclusive transaction ends with a check of every row: it is not begun without need.
    if ((await waiting()).length === 0) return []
    return connection.exclusively(async () => {
      const migrations = await waiting()
      await refusePushed(connection)
      await withoutLoss(connection, migrations, options)
      return migrations
    })
  })
  await keepMigrations(config.engine, done)
  return done.map(({ name }) => name)
}

/** Applies the migrations, and counts rows and values before and after if one of them may take some away. */
async function withoutLoss(
  connection: MigrationConnection,
  migrations: Migration[],
  { onDone, accept = () => true }: MigrateOptions,
): Promise<void> {
  const statements = migrations.flatMap(({ sql }) => statementsOf(sql))
  const mayLose = statements.some(statement => /\b(drop\s+(table|column)|delete|truncate)\b/i.test(statement))
  const before = mayLose ? await connection.rowCounts() : new Map()
  for (const migration of migrations) {
    const start = performance.now()
    await naming(migration.name, 'migration.sql', () => connection.apply(migration))
    onDone?.(migration.name, performance.now() - start)
  }
  if (!mayLose) return
  const losses = dataLossBetween(before, await connection.rowCounts(), statements)
  if (losses.length > 0 && !accept(losses)) throw new DataLossRefused(losses)
}

/** Says which file of which migration the failed statement is from. */
async function naming(name: string, file: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    throw error instanceof StatementFailed ? migrationFailed(`${name}/${file}`, error) : error
  }
}

/** `db:push` makes tables and leaves no record. Tables of other programs are no matter of ours. */
async function refusePushed(connection: MigrationConnection): Promise<void> {
  if ((await connection.applied()).length > 0) return
  const found = await connection.columns()
  if (!Object.values(tables).some(table => found.has(tableConfig(table).name))) return
  throw new MigrationRefused(
    'the database has tables, but no record of migrations, as db:push leaves it: npm run db:migrate -- --adopt compares it with the schema and records them',
  )
}

function pending(known: Migration[], applied: Applied[], to: string | undefined): Migration[] {
  const last = to === undefined ? known.length - 1 : indexOf(known, to)
  return known.slice(0, last + 1).filter(({ name }) => !applied.some(row => row.name === name))
}

/** A migration that was deleted here is told apart from one of newer code. */
async function refuseUnknown(
  { engine }: DatabaseConfig,
  known: Migration[],
  applied: Applied[],
): Promise<void> {
  const unknown = unknownTo(known, applied).map(({ name }) => name)
  if (unknown.length === 0) return
  const list = unknown.join(', ')
  const areDeleted = (await readKeptMigrations(engine, unknown)).length === unknown.length
  throw new SchemaTooNew(
    areDeleted
      ? `the database has ${list}, applied from here and no longer in drizzle/: put it back, or take it back with npm run db:rollback`
      : `the database is newer than this code, which does not know ${list}: update the code`,
  )
}

function unknownTo(known: Migration[], applied: Applied[]): Applied[] {
  return applied.filter(({ name }) => !known.some(migration => migration.name === name))
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
      const leaving = await toRevert(config, await connection.applied(), target)
      const before = await connection.rowCounts()
      for (const migration of leaving)
        await naming(migration.name, 'down.sql', () => connection.revert(migration))
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

async function toRevert(
  { engine }: DatabaseConfig,
  applied: Applied[],
  target: Target,
): Promise<Migration[]> {
  const own = await readMigrations(engine)
  const unknown = unknownTo(own, applied).map(({ name }) => name)
  const known = [...own, ...(await readKeptMigrations(engine, unknown))]
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

export type MigrationState = 'applied' | 'edited' | 'pending' | 'deleted' | 'unknown'
export type MigrationStatus = { name: string; state: MigrationState; appliedAt: Date | null }

/** Every migration that the code or the database knows, in order; asking changes nothing. */
export async function migrationStatus(config: DatabaseConfig): Promise<MigrationStatus[]> {
  const known = await readMigrations(config.engine)
  const applied = await withMigrations(config, connection => connection.applied())
  const unknown = unknownTo(known, applied)
  const kept = await readKeptMigrations(
    config.engine,
    unknown.map(({ name }) => name),
  )
  const ours = known.map(({ name, hash }): MigrationStatus => {
    const row = applied.find(row => row.name === name)
    const state = row ? (row.hash === hash ? 'applied' : 'edited') : 'pending'
    return { name, state, appliedAt: row?.appliedAt ?? null }
  })
  const others = unknown.map(({ name, appliedAt }): MigrationStatus => {
    const state = kept.some(migration => migration.name === name) ? 'deleted' : 'unknown'
    return { name, state, appliedAt }
  })
  return [...ours, ...others]
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
