/** Files that commands read and write, never leaving half of one behind; the lines of files that may exceed memory. */
import { isUtf8 } from 'node:buffer'
import { createReadStream, createWriteStream, existsSync, rmSync } from 'node:fs'
import { mkdtemp, open, rename, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { Readable, type Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { UserError } from '../../config/user-error.ts'
import { environment } from '../../config.ts'
import { errorCode } from '../../database/errors.ts'

/** The time, fit for a file's name: 20261120T160000Z. */
export function timestampForFilename(): string {
  return new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')
}

/** A path as it was typed: `npm run` changes to the project's folder and says where it came from. */
export function typedPath(file: string): string {
  return path.resolve(environment['INIT_CWD'] ?? process.cwd(), file)
}

/** Standard input as a file of its own, for what is read more than once. */
export async function spoolStandardInput(): Promise<{ file: string; remove(): void }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'microblog-'))
  const file = path.join(folder, 'standard input')
  const remove = () => rmSync(folder, { recursive: true, force: true })
  try {
    await pipeline(process.stdin, createWriteStream(file, { mode: 0o600 }))
    return { file, remove }
  } catch (error) {
    remove()
    throw error
  }
}

/** @throws UserError unless it is a regular file, which can be read more than once */
export async function assertFile(file: string): Promise<{ size: number }> {
  const found = await stat(file).catch(() => null)
  if (!found) throw new UserError(`there is no file ${file}`)
  if (!found.isFile()) throw new UserError(`${file} is not a file`)
  return found
}

/** @throws UserError when the file exists: no file is ever overwritten */
export function assertNew(file: string): void {
  if (existsSync(file))
    throw new UserError(`${file} already exists and is not overwritten: name another file`)
}

/**
 * Lets `write` fill a file beside the one named, readable by its owner only, which is renamed when it is complete and
 * removed when anything fails.
 */
export async function writeAtomically(file: string, write: (part: string) => Promise<void>): Promise<void> {
  assertNew(file)
  const part = `${file}.part`
  try {
    await write(part)
    await sync(part)
    await rename(part, file)
  } catch (error) {
    if (errorCode(error) === 'ENOSPC') throw new UserError(`the disk is full: ${file} was not written`)
    throw error
  } finally {
    rmSync(part, { force: true })
  }
}

/** The file must survive a power cut. */
async function sync(file: string): Promise<void> {
  await using handle = await open(file, 'r+')
  await handle.sync()
}

/** Writes text to a file, compressed if its name ends in .gz, or to standard output if it is "-". */
export async function writeText(text: AsyncIterable<string>, file: string): Promise<void> {
  if (file !== '-')
    return writeAtomically(file, async part => {
      const target = createWriteStream(part, { mode: 0o600 })
      const compression: Transform[] = file.endsWith('.gz') ? [createGzip()] : []
      await pipeline([Readable.from(text), ...compression, target])
    })
  try {
    await pipeline(Readable.from(text), process.stdout, { end: false })
  } catch (error) {
    // The reader may close the pipe early, like `head`.
    if (errorCode(error) !== 'EPIPE') throw error
  }
}

/** The bytes of a file from `start` to before `end`. */
export function bytesBetween(
  file: string,
  { start, end }: { start: number; end: number },
): AsyncIterable<Buffer> {
  return createReadStream(file, { start, end: end - 1, highWaterMark: 256 * 1024 })
}

/** A file's bytes, decompressed if they are gzip; `onBytes` is called with the number of bytes read from the file. */
export async function* readBytes(
  file: string,
  onBytes: (count: number) => void = () => {},
): AsyncGenerator<Buffer> {
  const source = createReadStream(file, { highWaterMark: 256 * 1024 })
  source.on('data', chunk => onBytes(chunk.length)).pause()
  const bytes: Readable = (await beginsWith(file, '\x1f\x8b')) ? source.pipe(createGunzip()) : source
  source.on('error', error => bytes.destroy(error))
  try {
    yield* bytes
  } catch (error) {
    if (errorCode(error).startsWith('Z_'))
      throw new UserError(`${file} is damaged or cut short: it cannot be decompressed`)
    throw error
  } finally {
    source.destroy()
  }
}

/** Whether the file starts with these bytes, given as Latin-1. */
export async function beginsWith(file: string, bytes: string): Promise<boolean> {
  await using handle = await open(file, 'r')
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(bytes.length), 0, bytes.length, 0)
  return buffer.toString('latin1', 0, bytesRead) === bytes
}

/** The largest possible row, 4,000 escaped emoji with a link in each word, is less than half of it. */
export const maxRowBytes = 1_000_000

export type Line = { number: number; text: string }

/**
 * The lines of a stream of UTF-8, as many at a time as have arrived; empty ones are left out.
 * @throws UserError at a line over the maximum, which is never in memory as a whole, and at bytes that are not UTF-8
 */
export async function* linesIn(
  stream: AsyncIterable<Buffer>,
  maxBytes = maxRowBytes,
): AsyncGenerator<Line[]> {
  // Joined at the end of the line: joining with each chunk would copy a long line many times.
  let rest: Buffer[] = []
  let length = 0
  let number = 0
  const take = (end: Buffer): Line => {
    number += 1
    if (length + end.length > maxBytes) throw rowTooLong(`line ${number} is`, maxBytes)
    const bytes = rest.length > 0 ? Buffer.concat([...rest, end]) : end
    rest = []
    length = 0
    return lineOf(bytes, number)
  }
  for await (const chunk of stream) {
    const lines: Line[] = []
    let start = 0
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      lines.push(take(chunk.subarray(start, end)))
      start = end + 1
    }
    if (start < chunk.length) rest.push(chunk.subarray(start))
    length += chunk.length - start
    if (length > maxBytes) throw rowTooLong(`line ${number + 1} is`, maxBytes)
    yield lines.filter(({ text }) => text.trim() !== '')
  }
  const last = take(Buffer.alloc(0))
  if (last.text.trim() !== '') yield [last]
}

function lineOf(bytes: Buffer, number: number): Line {
  if (!isUtf8(bytes)) throw new UserError(`line ${number} is not UTF-8 text`)
  // Some editors begin a file with a byte order mark.
  const text = bytes.toString()
  return { number, text: number === 1 ? text.replace(/^\uFEFF/, '') : text }
}

/** `what` begins the sentence: a line or a row is. */
export function rowTooLong(what: string, maxBytes: number): UserError {
  const most = maxBytes === maxRowBytes ? 'a megabyte' : `${maxBytes / 1_000_000} megabytes`
  return new UserError(`${what} longer than ${most}, the maximum`)
}
