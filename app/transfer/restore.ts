/** Brings a backup back: into a new file that takes the old one's place, or in one transaction. */
import { type DatabaseConfig, publicDatabaseUrl } from '../config.ts'
import type { Database, Writer } from '../database/database.ts'
import { migrate } from '../database/migrations.ts'
import { fileOf, keepIdsAbove, openPatiently } from '../database/snapshot.ts'
import { assertUnused, copyFile, examineFile, isExpendable, removeFile, replaceFile } from '../database/sqlite-file.ts'
import { Refusal } from '../refusal.ts'
import { isDatabaseFile, schemaOf, standardInput } from './backup.ts'
import { assertFile, readBytes, stamp } from './files.ts'
import { type Line, linesIn } from './lines.ts'
import { type Digests, digestTables, newestSchema } from './portable.ts'
import { difference, type PortableRow, readPortable } from './portable-reading.ts'
import { deleteRows, insertRows, isEmpty, numbered, rowOf, type TableName } from './tables.ts'

/** `kept` is where the old database is now, if it was a file; `tables` are the digests of a portable backup. */
export type Restored = { kept: string | null; tables: Digests | null }

/**
 * Restores a backup of either kind; `source` is a file, or "-" for portable text from standard input.
 * All of it or nothing: the old rows stay until the new ones have been read back and compared.
 * @throws Refusal when there are rows already and `replace` is false
 */
export async function restore(config: DatabaseConfig, source: string, replace: boolean): Promise<Restored> {
  if (source !== '-') await assertFile(source)
  const isFile = source !== '-' && (await isDatabaseFile(source))
  const file = fileOf(config)
  if (file) return restoreFile({ ...config, file }, source, { isFile, replace })
  if (!isFile) return { kept: null, tables: await restoreRows(config, source, replace) }
  throw new Refusal(
    `${source} is an SQLite database: DATABASE_URL=sqlite:${source} npm run db:copy -- --to postgres://… brings it here`,
  )
}
