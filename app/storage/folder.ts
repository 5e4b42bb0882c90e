import { randomUUID } from 'node:crypto'
import { constants, type Dir } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { errorCode } from '../database/errors.ts'
import { type Storage, StorageUnavailable, type StoredFile } from './storage.ts'

/** A storage in a folder, which is made with the first file at the latest. A file under way is beside its place, under a longer name. */
export function openFolder(folder: string): Storage {
  const fileOf = (key: string) => path.join(folder, key)
  const tried = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (cause) {
      throw unavailable(folder, cause)
    }
  }
  return {
    prepare: () =>
      tried(async () => {
        await fs.mkdir(folder, { recursive: true })
        await fs.access(folder, constants.R_OK | constants.W_OK | constants.X_OK)
      }),
    put: (key, bytes) => tried(() => write(fileOf(key), bytes)),
    get: key => tried(() => ifThere(fs.readFile(fileOf(key)))),
    open: key => tried(async () => (await ifThere(fs.open(fileOf(key))))?.createReadStream() ?? null),
    delete: keys =>
      tried(async () => {
        for (const key of keys) {
          await fs.rm(fileOf(key), { force: true })
          if (key.includes('/')) await removeIfEmpty(path.dirname(fileOf(key)))
        }
      }),
    async *list(prefix = '') {
      try {
        const opened = await ifThere(fs.opendir(folder), ['ENOENT'])
        if (opened) yield* filesIn(opened, prefix)
      } catch (cause) {
        throw unavailable(folder, cause)
      }
    },
  }
}

/** Writes the file so that a power cut leaves all of it or nothing. */
async function write(file: string, bytes: Uint8Array): Promise<void> {
  const folder = path.dirname(file)
  const partial = `${file}.${randomUUID()}`
  try {
    await fs.mkdir(folder, { recursive: true })
    await fs.writeFile(partial, bytes, { flush: true, flag: 'wx' })
    await fs.rename(partial, file)
  } catch (error) {
    await fs.rm(partial, { force: true }).catch(() => {})
    await removeIfEmpty(folder)
    throw error
  }
  await flushNames(folder)
}

/** Windows does this by itself, and opens no folder. */
async function flushNames(folder: string): Promise<void> {
  const handle = await fs.open(folder, 'r').catch(() => null)
  await handle?.sync().catch(() => {})
  await handle?.close()
}

async function removeIfEmpty(folder: string): Promise<void> {
  await fs.rmdir(folder).catch(() => {})
}

/** One folder after the other, because a recursive listing by Node opens all of them at once. */
async function* filesIn(folder: Dir, prefix: string): AsyncGenerator<StoredFile> {
  const [first = '', ...rest] = prefix.split('/')
  for await (const entry of folder) {
    const isMeant = rest.length > 0 ? entry.name === first : entry.name.startsWith(first)
    if (!isMeant) continue
    const place = path.join(folder.path, entry.name)
    if (entry.isDirectory()) {
      const below = await ifThere(fs.opendir(place))
      if (!below) continue
      for await (const file of filesIn(below, rest.join('/')))
        yield { ...file, key: `${entry.name}/${file.key}` }
    } else if (rest.length === 0) {
      const found = await ifThere(fs.stat(place))
      if (found) yield { key: entry.name, bytes: found.size, age: Date.now() - found.mtimeMs }
    }
  }
}

/** Null if there is no such file, or no longer. */
async function ifThere<T>(found: Promise<T>, codes = ['ENOENT', 'ENOTDIR', 'EISDIR']): Promise<T | null> {
  try {
    return await found
  } catch (error) {
    if (codes.includes(errorCode(error))) return null
    throw error
  }
}

function unavailable(folder: string, cause: unknown): StorageUnavailable {
  const code = errorCode(cause)
  const what = code === 'ENOSPC' ? 'the disk is full' : `the folder of pictures cannot be used (${code})`
  return new StorageUnavailable(`${what}: ${folder}`, { cause })
}
