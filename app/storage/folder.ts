import { randomUUID } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { type Storage, StorageUnavailable, type StoredFile } from './storage.ts'

/** A storage in a folder, which is made with its first file. A file under way has a name that begins with a dot. */
export function openFolder(folder: string): Storage {
  const fileOf = (key: string) => path.join(folder, key)
  return {
    async put(key, bytes) {
      const file = fileOf(key)
      const partial = path.join(path.dirname(file), `.${randomUUID()}`)
      try {
        await fs.mkdir(path.dirname(file), { recursive: true })
        await fs.writeFile(partial, bytes, { flush: true })
        await fs.rename(partial, file)
      } catch (error) {
        await fs.rm(partial, { force: true }).catch(() => {})
        throw unavailable(error)
      }
    },
    async get(key) {
      try {
        return await fs.readFile(fileOf(key))
      } catch (error) {
        if (isMissing(error)) return null
        throw unavailable(error)
      }
    },
    open: key => openFile(fileOf(key)),
    async delete(keys) {
      try {
        for (const key of keys) {
          await fs.rm(fileOf(key), { force: true })
          await fs.rmdir(path.dirname(fileOf(key))).catch(() => {})
        }
      } catch (error) {
        throw unavailable(error)
      }
    },
    async *list(prefix = '') {
      yield* filesIn(folder, prefix)
    },
  }
}

async function openFile(file: string) {
  try {
    return (await fs.open(file)).createReadStream()
  } catch (error) {
    if (isMissing(error)) return null
    throw unavailable(error)
  }
}

async function* filesIn(folder: string, prefix: string): AsyncGenerator<StoredFile> {
  try {
    for await (const entry of await fs.opendir(folder, { recursive: true })) {
      if (!entry.isFile()) continue
      const file = path.join(entry.parentPath, entry.name)
      const key = path.relative(folder, file).split(path.sep).join('/')
      if (!key.startsWith(prefix)) continue
      const { size, mtimeMs } = await fs.stat(file)
      yield { key, bytes: size, age: Date.now() - mtimeMs }
    }
  } catch (error) {
    if (!isMissing(error)) throw unavailable(error)
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
}

function unavailable(cause: unknown): StorageUnavailable {
  return new StorageUnavailable('the folder of pictures cannot be used', { cause })
}
