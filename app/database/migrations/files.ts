/** The files under drizzle/, and what applying them needs of an engine. */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { type Engine, root } from '../../config.ts'
import type { RowCounts } from './data-loss.ts'

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
  close(): Promise<void>
}

export function migrationsFolder(engine: Engine): string {
  return path.join(root, 'drizzle', engine)
}

/** The migrations of an engine, oldest first. */
export async function readMigrations(engine: Engine): Promise<Migration[]> {
  const folder = migrationsFolder(engine)
  const names = (await readdir(folder)).filter(name => /^\d{14}_\w+$/.test(name)).toSorted()
  const read = async (name: string): Promise<Migration> => {
    const sql = await readFile(path.join(folder, name, 'migration.sql'), 'utf8')
    const down = await readFile(path.join(folder, name, 'down.sql'), 'utf8').catch(() => null)
    const hash = createHash('sha256').update(sql).digest('hex')
    // The timestamp in its name, as drizzle-kit records it: `20261120160000_create_users`.
    const [, ...parts] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)/.exec(name) as RegExpExecArray
    const [year, month, ...rest] = parts.map(Number) as [number, number, number, number, number, number]
    return { name, sql, down, hash, folderMillis: Date.UTC(year, month - 1, ...rest) }
  }
  return Promise.all(names.map(read))
}

/** The statements of a file of migration SQL, without comments and blank statements. */
export function statementsOf(sql: string): string[] {
  const statements = sql.split('--> statement-breakpoint')
  return statements.filter(statement => statement.replaceAll(/--.*$/gm, '').trim() !== '')
}
