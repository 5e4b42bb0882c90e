/** Restores a backup: into a new file that replaces the old one, or in one transaction. */
import { existsSync, rmSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { UserError } from '../../config/user-error.ts'
import { type Config, type DatabaseConfig, publicDatabaseUrl } from '../../config.ts'
import {
  atFile,
  fileOf,
  keepIdsAbove,
  openWithoutTimeouts,
  withConsistentRead,
} from '../../database/consistent-read.ts'
import type { Writer } from '../../database/database.ts'
import { invalidRowMessage } from '../../database/errors.ts'
import { migrate } from '../../database/migrations/migrations.ts'
import { openDatabase } from '../../database/open.ts'
import { assertUnserved } from '../../database/postgres/in-use.ts'
import { assertUnused, copyFile, isExpendable, removeFile, replaceFile } from '../../database/sqlite/file.ts'
import { enqueueRebuild } from '../../search/jobs.ts'
import { rebuildIndex } from '../../search/rebuild.ts'
import { openStorage } from '../../storage/open.ts'
import type { Storage } from '../../storage/storage.ts'
import { shellWord } from '../command.ts'
import { backUp, examine, isDatabaseFile, readAppendix, schemaOf } from './backup.ts'
import { type Line, linesIn, readBytes, timestampForFilename } from './files.ts'
import { type Placed, Placing } from './placing.ts'
import {
  type Digests,
  difference,
  digestTables,
  newestSchema,
  type PortableRow,
  readPortable,
} from './portable.ts'
import { deleteRows, insertRows, isEmpty, parseRow, tablesWithIds } from './tables.ts'

/** `oldFile` is where the old database is now, if there was anything in it; `tables` are the digests of a portable backup. */
type RestoredRows = { oldFile: string | null; tables: Digests | null }
export type Restored = RestoredRows & { pictures: Placed }
/**
 * `source` is a file, or "-" for portable text from standard input. `elsewhere` is where the pictures are of a backup that
 * does not bring them, if not in the site's own storage.
 */
type Restore = { source: string; replace: boolean; elsewhere: Storage | null }
type Steps = Restore & { placing: Placing }

/**
 * Restores a backup of either kind. All of it or nothing: the old rows stay until the new ones have been read back and
 * compared, and their pictures are stored.
 * @throws UserError when there are rows already and `replace` is false
 */
export async function restore(
  config: Pick<Config, 'database' | 'media'>,
  options: Restore,
): Promise<Restored> {
  const placing = new Placing(openStorage(config.media))
  try {
    const rows = await restoreDatabase(config.database, { ...options, placing })
    return { ...rows, pictures: placing.done }
  } catch (error) {
    throw await placing.undo(error)
  }
}

async function restoreDatabase(config: DatabaseConfig, steps: Steps): Promise<RestoredRows> {
  const { source } = steps
  // A damaged file is found before anything begins; a damaged pipe, when its end arrives.
  if (source !== '-') await examine(source)
  const isFile = source !== '-' && (await isDatabaseFile(source))
  const file = fileOf(config)
  if (file) return restoreFile(config, { ...steps, file, isFile })
  if (!isFile) return restoreServer(config, steps)
  throw new UserError(
    `${source} is an SQLite database: DATABASE_URL=${shellWord(`sqlite:${source}`)} npm run db:copy -- --to postgres://… brings it here`,
  )
}

async function restoreFile(
  config: DatabaseConfig,
  { file, isFile, ...steps }: Steps & { file: string; isFile: boolean },
): Promise<RestoredRows> {
  if (!steps.replace && !isExpendable(file)) throw notEmpty(config)
  assertUnused(file)
  const newFile = `${file}.restoring-${timestampForFilename()}`
  const newConfig = atFile(config, newFile)
  const oldFile = existsSync(file) ? `${file}.before-restore-${timestampForFilename()}` : null
  try {
    let tables: Digests | null = null
    if (isFile) {
      await copyFile(steps.source, newFile)
      // A backup may be older than the newest migrations.
      await migrate(newConfig)
      await placePictures(newConfig, steps)
    } else tables = await restoreRows(newConfig, steps)
    replaceFile(file, newFile, oldFile)
    return { oldFile, tables }
  } finally {
    removeFile(newFile)
  }
}

/** Of a copied file: those at its end, else those of the storage where they are. */
async function placePictures(config: DatabaseConfig, { source, placing, elsewhere }: Steps): Promise<void> {
  const found = await readAppendix(source, picture => placing.place(picture))
  if (found) placing.done.missing.count = found.missing
  else await withConsistentRead(config, db => placing.copy(db, elsewhere))
}

/** What is there is backed up first: it is the only copy. Its pictures stay in the storage. */
async function restoreServer(config: DatabaseConfig, steps: Steps): Promise<RestoredRows> {
  await assertUnserved(config)
  await migrate(config)
  if (!(await hasRows(config))) return { oldFile: null, tables: await restoreRows(config, steps) }
  if (!steps.replace) throw notEmpty(config)
  const copy = path.resolve(`microblog-before-restore-${timestampForFilename()}.ndjson.gz`)
  await backUp(config, copy)
  try {
    return { oldFile: copy, tables: await restoreRows(config, steps) }
  } catch (error) {
    rmSync(copy)
    throw error
  }
}

async function hasRows(config: DatabaseConfig): Promise<boolean> {
  const db = await openDatabase(config)
  return isEmpty(db)
    .then(empty => !empty)
    .finally(() => db.close())
}

async function restoreRows(config: DatabaseConfig, steps: Steps): Promise<Digests> {
  const openLines = lineSource(steps.source)
  const newest = await newestSchema(config)
  await migrate(config)
  const db = await openWithoutTimeouts(config)
  try {
    return await db.transaction(async tx => {
      if (!steps.replace && !(await isEmpty(tx))) throw notEmpty(config)
      await deleteRows(tx)
      return insertBackup(tx, openLines(), { ...steps, newest })
    })
  } finally {
    await db.close()
  }
}

/** A transaction may have to be retried: a file can be read again, a pipe cannot. */
function lineSource(source: string): () => AsyncIterable<Line[]> {
  if (source !== '-') return () => linesIn(readBytes(source))
  let opened = false
  return () => {
    if (opened)
      throw new UserError('the database was written to meanwhile: stop the site first, then try again')
    opened = true
    return linesIn(process.stdin)
  }
}

/** Inserts the rows of a portable backup, stores its pictures, reads the rows back and compares their digests. */
async function insertBackup(
  tx: Writer,
  lines: AsyncIterable<Line[]>,
  { newest, placing, elsewhere }: Steps & { newest: string },
): Promise<Digests> {
  let schema = ''
  placing.restart()
  const { tables, lastIds, pictures } = await readPortable(lines, {
    header: async header => void (schema = await schemaOf(header)),
    rows: rows => insertInChunks(tx, rows),
    picture: picture => placing.place(picture),
  })
  if (pictures) placing.done.missing.count = pictures.missing
  else await placing.copy(tx, elsewhere)
  for (const name of tablesWithIds) await keepIdsAbove(tx, name, lastIds[name] ?? 0)
  // Mentions and hashtags came with the backup; the index is made of what did.
  await rebuildIndex({ db: tx, transaction: work => work(tx), onlyIndex: true })
  // Rows of an older schema have gained columns, so that their digests differ.
  const wrong = schema === newest ? difference(tables, await digestTables(tx)) : undefined
  if (wrong) throw new UserError(`the rows of ${wrong} differ from those of the backup: nothing was changed`)
  if (schema !== newest) await enqueueRebuild(tx)
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
      chunk.map(({ table, row }) => parseRow(table, row)),
    )
  } catch (error) {
    const why = invalidRowMessage(error)
    if (why) throw new UserError(`the database does not take the rows from line ${first.line} on: ${why}`)
    throw error
  }
}

function notEmpty(config: DatabaseConfig): UserError {
  return new UserError(
    `${publicDatabaseUrl(config)} has users already: nothing was changed (--yes replaces them; npm run db:backup first)`,
  )
}
