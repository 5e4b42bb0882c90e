/** Backups: of SQLite a copy of the file, of either engine portable text. */
import { createWriteStream, existsSync } from 'node:fs'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { UserError } from '../../config/user-error.ts'
import { type DatabaseConfig, publicDatabaseUrl } from '../../config.ts'
import { atFile, fileOf, withConsistentRead } from '../../database/consistent-read.ts'
import type { Reader } from '../../database/database.ts'
import { engine } from '../../database/engine.ts'
import { readMigrations } from '../../database/migrations/files.ts'
import { copyFile, examineFile, hasTable } from '../../database/sqlite/file.ts'
import { appendixOf, isSealed, seal } from '../../database/sqlite/seal.ts'
import type { Storage } from '../../storage/storage.ts'
import { progressBar } from '../progress.ts'
import {
  assertFile,
  assertNew,
  beginsWith,
  bytesBetween,
  type Line,
  linesIn,
  readBytes,
  timestampForFilename,
  writeAtomically,
  writeText,
} from './files.ts'
import { isObject } from './json.ts'
import {
  addMissing,
  isPictureValue,
  type Missing,
  noneMissing,
  type Picture,
  PictureReader,
  type Pictures,
  type PictureValue,
  pictureLines,
} from './pictures.ts'
import { type Digests, type Header, headerOf, portableText, readPortable } from './portable.ts'

/** The name of a backup that is given none: beside the file of an SQLite database, else in the working directory. */
export function defaultBackup(config: DatabaseConfig): string {
  const file = fileOf(config)
  return file
    ? `${file}.backup-${timestampForFilename()}`
    : path.resolve(`microblog-${timestampForFilename()}.ndjson.gz`)
}

/** `tables` are the digests of a portable backup; `missing` are the files of pictures that it lacks. */
export type BackedUp = { tables: Digests | null; missing: Missing }

/**
 * Backs up a consistent view of the database while it is being used, and then the files of pictures that its rows name.
 * `target` is a new file, or "-" for standard output; its name says whether it is portable text (.ndjson, .ndjson.gz).
 * Without a storage, the pictures are left out.
 * @throws StorageUnavailable
 */
export async function backUp(
  config: DatabaseConfig,
  target: string,
  storage: Storage | null = null,
): Promise<BackedUp> {
  const file = fileOf(config)
  if (file && !existsSync(file)) throw new UserError(`there is no database at ${publicDatabaseUrl(config)}`)
  if (target !== '-') assertNew(target)
  const done: BackedUp = { tables: null, missing: noneMissing() }
  const pictures = (db: Reader) => (storage ? linesOfPictures(db, { file, storage, done }) : noLines())
  if (!file || target === '-' || /\.ndjson(\.gz)?$/.test(target)) {
    const header = await headerOf(config)
    const onEnd = (tables: Digests) => void (done.tables = tables)
    await withConsistentRead(config, db =>
      writeText(portableText(db, { header, pictures: pictures(db), onEnd }), target),
    )
    return done
  }
  const bar = progressBar('Copying')
  await writeAtomically(target, async part => {
    await copyFile(file, part, share => bar.show(share))
    if (hasTable(part, 'images'))
      await withConsistentRead(atFile(config, part), db =>
        pipeline(Readable.from(pictures(db)), createWriteStream(part, { flags: 'a' })),
      )
    await seal(part)
  }).finally(() => bar.clear())
  return done
}

async function* noLines(): AsyncGenerator<string> {}

type PicturesFrom = { file: string | null; storage: Storage; done: BackedUp }

/** From the storage; of a database file that is a backup itself, from its own end. */
async function* linesOfPictures(db: Reader, { file, storage, done }: PicturesFrom): AsyncGenerator<string> {
  if (file && (await holdsPictures(file))) {
    for await (const lines of appendixLines(file)) for (const { text } of lines) yield `${text}\n`
    return
  }
  yield* pictureLines(db, storage, key => addMissing(done.missing, key))
}

/** Whether a database file is an unchanged backup that brings its pictures. */
export async function holdsPictures(file: string): Promise<boolean> {
  return (await appendixOf(file)) !== null && (await isSealed(file).catch(() => false))
}

async function* appendixLines(file: string): AsyncGenerator<Line[]> {
  const appendix = await appendixOf(file)
  if (appendix) yield* linesIn(bytesBetween(file, appendix))
}

/**
 * Reads the files of pictures at the end of a copied database, and hands over each; null: it has none.
 * @throws UserError that names a file which has changed
 */
export async function readAppendix(
  file: string,
  onPicture: (picture: Picture) => Promise<void>,
): Promise<Pictures | null> {
  const reader = new PictureReader()
  for await (const lines of appendixLines(file))
    for (const { text, number } of lines) {
      const picture = reader.accept(pictureValueIn(file, text), number)
      if (picture) await onPicture(picture)
    }
  reader.assertEnded()
  return reader.found
}

function pictureValueIn(file: string, text: string): PictureValue {
  try {
    const value: unknown = JSON.parse(text)
    if (isObject(value) && isPictureValue(value)) return value as PictureValue
  } catch {
    // The same sentence says it.
  }
  throw new UserError(`${file} is damaged: its pictures cannot be read`)
}

/** Without a digest, a changed byte in a row is not noticed. */
export type Examined = {
  kind: string
  schema: string
  tables: Digests | null
  /** Null: it was made without the files of pictures. */
  pictures: Pictures | null
  hasDigest: boolean
}

/** Reads a whole backup of either kind. @throws UserError when it cannot be restored by this code */
export async function examine(file: string): Promise<Examined> {
  await assertFile(file)
  if (await isDatabaseFile(file)) {
    // First, because the digest of the file does not tell which picture has changed.
    const pictures = await readAppendix(file, async () => {})
    const hasDigest = await isSealed(file)
    return { kind: 'an SQLite database', schema: await examineFile(file), tables: null, pictures, hasDigest }
  }
  let schema = ''
  const { tables, pictures } = await readPortable(linesIn(readBytes(file)), {
    header: async header => void (schema = await schemaOf(header)),
    rows: async () => {},
    picture: async () => {},
  })
  return { kind: 'a portable backup', schema, tables, pictures, hasDigest: true }
}

export function isDatabaseFile(file: string): Promise<boolean> {
  return beginsWith(file, 'SQLite format 3\0')
}

/** The newest migration of a portable backup. @throws UserError when this code does not know it */
export async function schemaOf({ schema }: Header): Promise<string> {
  const known = (await readMigrations(engine)).some(({ name }) => name === schema)
  if (known) return schema
  throw new UserError(`the backup is newer than this code, which does not know ${schema}: update the code`)
}
