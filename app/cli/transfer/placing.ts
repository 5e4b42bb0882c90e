/** Puts the files of pictures where restored rows name them, before the rows are seen. */
import { UserError } from '../../config/user-error.ts'
import type { Reader } from '../../database/database.ts'
import { type Storage, StorageUnavailable } from '../../storage/storage.ts'
import {
  addMissing,
  intactFile,
  type Missing,
  namedFiles,
  noneMissing,
  type Picture,
  sha256Of,
} from './pictures.ts'

/** `files` are in the storage now, `placed` of them since this restore; `missing` ones are nowhere. */
export type Placed = { files: number; bytes: number; placed: number; missing: Missing }

/** Other files of the storage stay as they are. One of the same key is the same picture, unless it has changed. */
export class Placing {
  done = nothing()
  private readonly storage: Storage
  private readonly added: string[] = []

  constructor(storage: Storage) {
    this.storage = storage
  }

  /** Counts from the beginning: a transaction runs again after a conflict. */
  restart(): void {
    this.done = nothing()
  }

  /** Stores a file of a backup. @throws StorageUnavailable */
  async place({ key, bytes, sha256 }: Picture): Promise<void> {
    const found = await this.storage.get(key)
    this.count(bytes)
    if (found && sha256Of(found) === sha256) return
    await this.storage.put(key, bytes)
    this.done.placed += 1
    if (!found) this.added.push(key)
  }

  /**
   * Verifies every file that the rows name, and copies those that are not here from another storage, if there is one.
   * What is copied stays when a later file fails: the next attempt goes on from there.
   * @throws StorageUnavailable
   */
  async copy(db: Reader, from: Storage | null): Promise<void> {
    for await (const { key, sha256 } of namedFiles(db)) {
      const own = await intactFile(this.storage, key, sha256)
      const bytes = own ?? (from && (await intactFile(from, key, sha256)))
      if (!bytes) {
        addMissing(this.done.missing, key)
        continue
      }
      this.count(bytes)
      if (own) continue
      await this.storage.put(key, bytes)
      this.done.placed += 1
    }
  }

  private count(bytes: Uint8Array): void {
    this.done.files += 1
    this.done.bytes += bytes.length
  }

  /** Deletes what a restore that failed has stored; returns the error to be thrown. */
  async undo(error: unknown): Promise<unknown> {
    try {
      for (let at = 0; at < this.added.length; at += 500)
        await this.storage.delete(this.added.slice(at, at + 500))
      return error
    } catch (unavailable) {
      if (!(unavailable instanceof StorageUnavailable)) throw unavailable
      const why = error instanceof Error ? error.message : String(error)
      return new UserError(
        `${why}; ${this.added.length} files of pictures stay in the storage, which npm run media:check deletes`,
        { cause: error },
      )
    }
  }
}

function nothing(): Placed {
  return { files: 0, bytes: 0, placed: 0, missing: noneMissing() }
}

export function placedSentence({ files, bytes, placed }: Placed): string {
  const size = `${Math.ceil(bytes / 1_000_000).toLocaleString('en')} MB`
  return `The files of pictures are in place: ${files.toLocaleString('en')} (${size}), ${placed.toLocaleString('en')} of them added.`
}
