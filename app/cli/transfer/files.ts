/** Files that commands read and write: where they are, and that half of one is never left. */
import { createReadStream, createWriteStream, existsSync, rmSync } from 'node:fs'
import { open, rename, stat } from 'node:fs/promises'
import path from 'node:path'
import process from 'node:process'
import { Readable, type Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { UserError } from '../../config/user-error.ts'
import { environment } from '../../config.ts'
import { errorCode } from '../../database/errors.ts'

/** The moment, fit for a file's name: 20261120T160000Z. */
export function stamp(): string {
  return new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')
}

/** A path as it was typed: `npm run` changes to the project's folder and says where it came from. */
export function typedPath(file: string): string {
  return path.resolve(environment['INIT_CWD'] ?? process.cwd(), file)
}

/** @throws UserError unless it is a file, which can be read more than once */
export async function assertFile(file: string): Promise<{ size: number }> {
  const found = await stat(file).catch(() => null)
  if (!found) throw new UserError(`there is no file ${file}`)
  if (!found.isFile()) throw new UserError(`${file} is not a file`)
  return found
}

/** @throws UserError so that no file is ever written over */
export function assertNew(file: string): void {
  if (existsSync(file))
    throw new UserError(`${file} already exists and is not overwritten: name another file`)
}

/**
 * Lets `write` fill a file beside the one named, readable by its owner only, which takes its name when it is whole.
 * It is removed when that fails.
 */
export async function writeWhole(file: string, write: (part: string) => Promise<void>): Promise<void> {
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

/** A power cut after the last word must not take the file with it. */
async function sync(file: string): Promise<void> {
  const handle = await open(file, 'r+')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Writes text to a file, packed if its name ends in .gz, or to standard output if it is "-". */
export async function writeText(text: AsyncIterable<string>, file: string): Promise<void> {
  if (file === '-') return writeOut(text)
  await writeWhole(file, async part => {
    const target = createWriteStream(part, { mode: 0o600 })
    const packing: Transform[] = file.endsWith('.gz') ? [createGzip()] : []
    await pipeline([Readable.from(text), ...packing, target])
  })
}

/** Who reads may have had enough, like `head`. */
async function writeOut(text: AsyncIterable<string>): Promise<void> {
  try {
    await pipeline(Readable.from(text), process.stdout, { end: false })
  } catch (error) {
    if (errorCode(error) !== 'EPIPE') throw error
  }
}

/** A file's bytes, unpacked if they are packed by gzip; `onBytes` is told how many of the file have been read. */
export async function* readBytes(
  file: string,
  onBytes: (count: number) => void = () => {},
): AsyncGenerator<Buffer> {
  const packed = createReadStream(file, { highWaterMark: 256 * 1024 })
  packed.on('data', chunk => onBytes(chunk.length)).pause()
  const bytes: Readable = (await beginsWith(file, '\x1f\x8b')) ? packed.pipe(createGunzip()) : packed
  packed.on('error', error => bytes.destroy(error))
  try {
    yield* bytes
  } catch (error) {
    if (errorCode(error).startsWith('Z_'))
      throw new UserError(`${file} is damaged or cut short: it cannot be unpacked`)
    throw error
  } finally {
    packed.destroy()
  }
}

/** Whether the file starts with these bytes, given as Latin-1. */
export async function beginsWith(file: string, bytes: string): Promise<boolean> {
  const handle = await open(file, 'r')
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(bytes.length), 0, bytes.length, 0)
    return buffer.toString('latin1', 0, bytesRead) === bytes
  } finally {
    await handle.close()
  }
}
