/** Backups: of SQLite a copy of the file, of either engine portable text. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../../config/user-error.ts'
import { type DatabaseConfig, publicDatabaseUrl } from '../../config.ts'
import { fileOf, withConsistentRead } from '../../database/consistent-read.ts'
import { engine } from '../../database/engine.ts'
import { readMigrations } from '../../database/migrations/files.ts'
import { copyFile, examineFile } from '../../database/sqlite/file.ts'
import { isSealed, seal } from '../../database/sqlite/seal.ts'
import { progressBar } from '../progress.ts'
import {
  assertFile,
  assertNew,
  beginsWith,
  linesIn,
  readBytes,
  timestampForFilename,
  writeAtomically,
  writeText,
} from './files.ts'
import { type Digests, type Header, headerOf, portableText, readPortable } from './portable.ts'

/** The name of a backup that is given none: beside the file of an SQLite database, else in the working directory. */
export function defaultBackup(config: DatabaseConfig): string {
  const file = fileOf(config)
  return file
    ? `${file}.backup-${timestampForFilename()}`
    : path.resolve(`microblog-${timestampForFilename()}.ndjson.gz`)
}

/**
 * Backs up a consistent view of the database while it is being used. `target` is a new file, or "-" for
 * standard output; its name says whether it is portable text (.ndjson, .ndjson.gz). Returns the tables' digests
 * of a portable one.
 */
export async function backUp(config: DatabaseConfig, target: string): Promise<Digests | null> {
  const file = fileOf(config)
  if (file && !existsSync(file)) throw new UserError(`there is no database at ${publicDatabaseUrl(config)}`)
  if (target !== '-') assertNew(target)
  if (!file || target === '-' || /\.ndjson(\.gz)?$/.test(target)) {
    const header = await headerOf(config)
    let digests: Digests = {}
    await withConsistentRead(config, db =>
      writeText(
        portableText(db, header, tables => void (digests = tables)),
        target,
      ),
    )
    return digests
  }
  const bar = progressBar('Copying')
  await writeAtomically(target, async part => {
    await copyFile(file, part, share => bar.show(share))
    await seal(part)
  }).finally(() => bar.clear())
  return null
}

/** Without a digest, a changed byte in a row is not noticed. */
export type Examined = { kind: string; schema: string; tables: Digests | null; hasDigest: boolean }

/** Reads a whole backup of either kind. @throws UserError when it cannot be restored by this code */
export async function examine(file: string): Promise<Examined> {
  await assertFile(file)
  if (await isDatabaseFile(file)) {
    const hasDigest = await isSealed(file)
    return { kind: 'an SQLite database', schema: await examineFile(file), tables: null, hasDigest }
  }
  let schema = ''
  const { tables } = await readPortable(linesIn(readBytes(file)), {
    header: async header => void (schema = await schemaOf(header)),
    rows: async () => {},
  })
  return { kind: 'a portable backup', schema, tables, hasDigest: true }
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
