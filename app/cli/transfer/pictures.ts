/**
 * The files of pictures in a backup, after the rows that name them: each a line of its own, followed by its bytes in
 * lines of base64. A line that counts them ends the list, which a backup without pictures does not have:
 *
 *     {"picture":"0f3a…/480.webp","bytes":20480,"sha256":"…"}
 *     {"data":"UklGR…"}
 *     {"pictures":{"files":1,"bytes":20480,"missing":0}}
 *
 * One file at a time is in memory.
 */
import { createHash } from 'node:crypto'
import { UserError } from '../../config/user-error.ts'
import type { Reader } from '../../database/database.ts'
import { fileKey, isFileKey } from '../../images/queries.ts'
import type { Storage } from '../../storage/storage.ts'
import { storedImages } from './picture-queries.ts'

/** `missing` files are named by a row, and were not in the storage or not as they were made. */
export type Pictures = { files: number; bytes: number; missing: number }
export type Picture = { key: string; bytes: Uint8Array; sha256: string }
/** A line of the list. */
export type PictureValue =
  | { picture: string; bytes: number; sha256: string }
  | { data: string }
  | { pictures: Pictures }

/** Files that rows name and that are not there: how many, and the names of the first. */
export type Missing = { count: number; names: string[] }

export function noneMissing(): Missing {
  return { count: 0, names: [] }
}

export function addMissing(missing: Missing, key: string): void {
  missing.count += 1
  if (missing.names.length < 10) missing.names.push(key)
}

/** Says which are not `there`: "in the backup". */
export function missingSentence(there: string, { count, names }: Missing): string {
  const [files, are] = count === 1 ? ['1 file', 'is'] : [`${count.toLocaleString('en')} files`, 'are']
  const more = count > names.length && names.length > 0 ? ', …' : ''
  const which = names.length > 0 ? `: ${names.join(', ')}${more}` : ''
  return `${files} of pictures ${are} not ${there}, because the storage does not have them as they were made${which}`
}

/** A multiple of three, so that the parts of a file's base64 are the base64 of the file. */
const partBytes = 60_000
/** No picture is larger: a file whose line says so is not read into memory. */
const maxFileBytes = 128 * 1024 * 1024

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** The file of this key, or null: there is none, or it has changed since it was made. @throws StorageUnavailable */
export async function intactFile(storage: Storage, key: string, sha256: string): Promise<Uint8Array | null> {
  const bytes = await storage.get(key)
  return bytes && sha256Of(bytes) === sha256 ? bytes : null
}

/** Every file that the rows name, in the order of the rows. */
export async function* namedFiles(db: Reader): AsyncGenerator<{ key: string; sha256: string }> {
  for await (const image of storedImages(db))
    for (const { width, sha256 } of image.files) yield { key: fileKey(image.key, width), sha256 }
}

/**
 * The lines of all files that the rows name. A file that is not there, or not as it was made, is left out, counted, and
 * told to `onMissing`: it may have been deleted since the rows were read.
 */
export async function* pictureLines(
  db: Reader,
  storage: Storage,
  onMissing: (key: string) => void,
): AsyncGenerator<string> {
  const pictures: Pictures = { files: 0, bytes: 0, missing: 0 }
  for await (const { key, sha256 } of namedFiles(db)) {
    const bytes = await intactFile(storage, key, sha256)
    if (bytes) {
      pictures.files += 1
      pictures.bytes += bytes.length
      yield lineOf({ picture: key, bytes: bytes.length, sha256 })
      for (let at = 0; at < bytes.length; at += partBytes)
        yield lineOf({ data: Buffer.from(bytes.subarray(at, at + partBytes)).toString('base64') })
    } else {
      pictures.missing += 1
      onMissing(key)
    }
  }
  yield lineOf({ pictures })
}

function lineOf(value: PictureValue): string {
  return `${JSON.stringify(value)}\n`
}

/** Whether the value of a line is one of the list: it may come from anywhere. */
export function isPictureValue(value: Record<string, unknown>): boolean {
  const { picture, bytes, sha256, data, pictures } = value
  if (typeof picture === 'string')
    return isFileKey(picture) && Number.isSafeInteger(bytes) && typeof sha256 === 'string'
  return typeof data === 'string' || (typeof pictures === 'object' && pictures !== null)
}

/** Puts files together from the lines of the list, and checks them. */
export class PictureReader {
  /** Null until the list has ended. */
  found: Pictures | null = null
  private readonly counted = { files: 0, bytes: 0 }
  private current: { key: string; bytes: number; sha256: string; parts: Buffer[]; length: number } | null =
    null

  /**
   * Returns a file when its last line has arrived.
   * @throws UserError that names a file which has changed
   */
  accept(value: PictureValue, line: number): Picture | null {
    const wrong = (why: string) => new UserError(`the backup is damaged at line ${line}: ${why}`)
    if (this.found) throw wrong('a picture is not expected here')
    if ('data' in value) {
      if (!this.current) throw wrong('these bytes belong to no picture')
      const part = Buffer.from(value.data, 'base64')
      this.current.length += part.length
      this.current.parts.push(part)
    } else {
      if (this.current) throw wrong(`the picture ${this.current.key} is cut short`)
      if ('pictures' in value) this.end(value.pictures, wrong)
      else this.begin(value, wrong)
    }
    return this.current && this.current.length >= this.current.bytes ? this.complete(wrong) : null
  }

  private begin(value: { picture: string; bytes: number; sha256: string }, wrong: Wrong): void {
    const { picture: key, bytes, sha256 } = value
    if (bytes < 1 || bytes > maxFileBytes) throw wrong(`the picture ${key} cannot have ${bytes} bytes`)
    this.current = { key, bytes, sha256, parts: [], length: 0 }
  }

  private complete(wrong: Wrong): Picture {
    const { key, sha256, parts, length } = this.current as NonNullable<typeof this.current>
    this.current = null
    const bytes = Buffer.concat(parts)
    if (sha256Of(bytes) !== sha256) throw wrong(`the picture ${key} has changed`)
    this.counted.files += 1
    this.counted.bytes += length
    return { key, bytes, sha256 }
  }

  private end(stated: Pictures, wrong: Wrong): void {
    const { files, bytes } = this.counted
    if (stated.files !== files || stated.bytes !== bytes)
      throw wrong(`there are ${files} files of pictures, and not ${stated.files}`)
    this.found = stated
  }

  /** @throws UserError when the list has begun and not ended */
  assertEnded(): void {
    if (!this.found && (this.current || this.counted.files > 0))
      throw new UserError('the backup is cut short: its last pictures are missing')
  }
}

type Wrong = (why: string) => UserError
