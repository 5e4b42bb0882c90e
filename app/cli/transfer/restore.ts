/** Brings a backup back: into a new file that takes the old one's place, or in one transaction. */
import { existsSync } from 'node:fs'
import { UserError } from '../../config/user-error.ts'
import { type DatabaseConfig, publicDatabaseUrl } from '../../config.ts'
import { atFile, fileOf, keepIdsAbove, openWithoutTimeouts } from '../../database/consistent-read.ts'
import type { Writer } from '../../database/database.ts'
import { migrate } from '../../database/migrations/migrations.ts'
import { assertUnused, copyFile, isExpendable, removeFile, replaceFile } from '../../database/sqlite/file.ts'
import { rebuildIndex } from '../../search-index/rebuild.ts'
import { examine, isDatabaseFile, schemaOf, standardInput } from './backup.ts'
import { readBytes, stamp } from './files.ts'
import { type Line, linesIn } from './lines.ts'
import { type Digests, digestTables, newestSchema } from './portable.ts'
import { difference, type PortableRow, readPortable } from './portable-reading.ts'
import { rejection } from './rejection.ts'
import { deleteRows, insertRows, isEmpty, numbered, rowOf } from './tables.ts'

/** `kept` is where the old database is now, if it was a file; `tables` are the digests of a portable backup. */
export type Restored = { kept: string | null; tables: Digests | null }

/**
 * Restores a backup of either kind; `source` is a file, or "-" for portable text from standard input.
 * All of it or nothing: the old rows stay until the new ones have been read back and compared.
 * @throws UserError when there are rows already and `replace` is false
 */
export async function restore(config: DatabaseConfig, source: string, replace: boolean): Promise<Restored> {
  // A damaged file is found out before anything begins; what is piped, when its end arrives.
  if (source !== '-') await examine(source)
  const isFile = source !== '-' && (await isDatabaseFile(source))
  const file = fileOf(config)
  if (file) return restoreFile(config, source, { file, isFile, replace })
  if (!isFile) return { kept: null, tables: await restoreRows(config, source, replace) }
  throw new UserError(
    `${source} is an SQLite database: DATABASE_URL=sqlite:${source} npm run db:copy -- --to postgres://… brings it here`,
  )
}

type Manner = { file: string; isFile: boolean; replace: boolean }

async function restoreFile(
  config: DatabaseConfig,
  source: string,
  { file, isFile, replace }: Manner,
): Promise<Restored> {
  if (!replace && !isExpendable(file)) throw notEmpty(config)
  assertUnused(file)
  const fresh = `${file}.restoring-${stamp()}`
  const kept = existsSync(file) ? `${file}.before-restore-${stamp()}` : null
  try {
    const tables = isFile
      ? await copyBackup(config, source, fresh)
      : await restoreRows(atFile(config, fresh), source)
    replaceFile(file, fresh, kept)
    return { kept, tables }
  } finally {
    removeFile(fresh)
  }
}

/** A backup from before the newest migrations is brought up to them. */
async function copyBackup(config: DatabaseConfig, source: string, fresh: string): Promise<null> {
  await copyFile(source, fresh)
  await migrate(atFile(config, fresh))
  return null
}

async function restoreRows(config: DatabaseConfig, source: string, replace = false): Promise<Digests> {
  const open = reopening(source)
  const newest = await newestSchema(config)
  await migrate(config)
  const db = await openWithoutTimeouts(config)
  try {
    return await db.transaction(async tx => {
      if (!replace && !(await isEmpty(tx))) throw notEmpty(config)
      await deleteRows(tx)
      return receive(tx, open(), newest)
    })
  } finally {
    await db.close()
  }
}

/** A transaction may have to run again: a file can be read again, what was piped cannot. */
function reopening(source: string): () => AsyncIterable<Line[]> {
  if (source !== '-') return () => linesIn(readBytes(source))
  let opened = false
  return () => {
    if (opened)
      throw new UserError(
        'somebody else wrote to the database meanwhile: stop the site first, then try again',
      )
    opened = true
    return linesIn(standardInput())
  }
}

/** Inserts the rows of a portable backup, and believes it only when they have been read back. */
async function receive(tx: Writer, lines: AsyncIterable<Line[]>, newest: string): Promise<Digests> {
  let schema = ''
  const { tables, lastIds } = await readPortable(lines, {
    header: async header => void (schema = await schemaOf(header)),
    rows: rows => insertInChunks(tx, rows),
  })
  for (const name of numbered) await keepIdsAbove(tx, name, lastIds[name] ?? 0)
  await rebuildIndex({ db: tx, transaction: work => work(tx) })
  // Rows from before the newest migrations have columns now that they had not then.
  const wrong = schema === newest ? difference(tables, await digestTables(tx)) : undefined
  if (wrong) throw new UserError(`the rows of ${wrong} differ from those of the backup: nothing was changed`)
  return tables
}

async function insertInChunks(tx: Writer, rows: PortableRow[]): Promise<void> {
  let chunk: PortableRow[] = []
  for (const row of rows) {
    if (chunk.length === 500 || (chunk[0] && chunk[0].table !== row.table)) {
      await insertChunk(tx, chunk)
      chunk = []
    }
    chunk.push(row)
  }
  await insertChunk(tx, chunk)
}

async function insertChunk(tx: Writer, chunk: PortableRow[]): Promise<void> {
  const [first] = chunk
  if (!first) return
  try {
    await insertRows(
      tx,
      first.table,
      chunk.map(({ table, row }) => rowOf(table, row)),
    )
  } catch (error) {
    const why = rejection(error)
    if (why) throw new UserError(`the database does not take the rows from line ${first.line} on: ${why}`)
    throw error
  }
}

function notEmpty(config: DatabaseConfig): UserError {
  return new UserError(
    `${publicDatabaseUrl(config)} has users already: nothing was changed (--yes replaces them; npm run db:backup first)`,
  )
}
