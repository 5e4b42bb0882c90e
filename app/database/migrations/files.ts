/** The files under drizzle/, and what applying them needs of an engine. */
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type Engine, root } from '../../config.ts'
import { isUnavailable } from '../errors.ts'
import type { RowCounts } from './data-loss.ts'
import { StatementFailed } from './failures.ts'

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
  /** Notes that the migration is applied, without running it. */
  record(migration: Migration): Promise<void>
  /** The columns of each table, without those of the search index and of the record of migrations. */
  columns(): Promise<Map<string, string[]>>
  /** How many rows each table has, and how many values each of its columns. */
  rowCounts(): Promise<RowCounts>
  close(): Promise<void>
}

export function migrationsFolder(engine: Engine): string {
  return path.join(root, 'drizzle', engine)
}

/** The migrations of an engine, oldest first. */
export async function readMigrations(engine: Engine): Promise<Migration[]> {
  const folder = migrationsFolder(engine)
  const names = (await readdir(folder)).filter(name => /^\d{14}_\w+$/.test(name)).toSorted()
  return Promise.all(names.map(name => readMigration(folder, name)))
}

/** Copies of the migrations that were applied from here: one that is deleted from drizzle/ can still be taken back. */
function keptFolder(engine: Engine): string {
  return path.join(root, '.cache', 'migrations', engine)
}

/** Those of the migrations that were applied from here. */
export async function readKeptMigrations(engine: Engine, names: string[]): Promise<Migration[]> {
  const folder = keptFolder(engine)
  const reading = names.map(name => readMigration(folder, name).catch(() => []))
  return (await Promise.all(reading)).flat()
}

/** Keeps the files of the migrations that were applied; a folder that cannot be written, as in a container, keeps none. */
export async function keepMigrations(engine: Engine, migrations: Migration[]): Promise<void> {
  await Promise.allSettled(migrations.map(migration => keepMigration(engine, migration)))
}

async function keepMigration(engine: Engine, { name, sql, down }: Migration): Promise<void> {
  const folder = path.join(keptFolder(engine), name)
  await mkdir(folder, { recursive: true })
  await writeFile(path.join(folder, 'migration.sql'), sql)
  const wayBack = path.join(folder, 'down.sql')
  await (down === null ? rm(wayBack, { force: true }) : writeFile(wayBack, down))
}

async function readMigration(folder: string, name: string): Promise<Migration> {
  const sql = await readFile(path.join(folder, name, 'migration.sql'), 'utf8')
  const down = await readFile(path.join(folder, name, 'down.sql'), 'utf8').catch(() => null)
  const hash = createHash('sha256').update(sql).digest('hex')
  // The timestamp in its name, as drizzle-kit records it: `20261120160000_create_users`.
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)/.exec(name) as RegExpExecArray
  const [year, month, ...rest] = parts.map(Number) as [number, number, number, number, number, number]
  return { name, sql, down, hash, folderMillis: Date.UTC(year, month - 1, ...rest) }
}

/** Runs the statements one after the other. A locked database or a full disk is not the statement's fault. */
export async function runStatements(text: string, run: (statement: string) => unknown): Promise<void> {
  for (const statement of statementsOf(text)) {
    try {
      await run(statement)
    } catch (error) {
      throw isUnavailable(error) ? error : new StatementFailed(statement, error)
    }
  }
}

/** The statements of a file of migration SQL, without comments and blank statements. */
export function statementsOf(sql: string): string[] {
  const statements = sql.split('--> statement-breakpoint')
  return statements.filter(statement => statement.replaceAll(/--.*$/gm, '').trim() !== '')
}
