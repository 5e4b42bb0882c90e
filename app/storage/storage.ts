/** Where the files of images are: a folder of this machine, or a bucket that several machines share. */

import type { Readable } from 'node:stream'

/** A file in the storage; `age` in milliseconds. */
export type StoredFile = { key: string; bytes: number; age: number }

/**
 * Files by key, such as `0f3a…/960.webp`: lower-case letters, digits, `/`, `.` and `-`. A file is never changed. Each
 * function throws StorageUnavailable if the storage does not answer, is full or refuses.
 */
export type Storage = {
  /** Stores the whole file, or nothing of it. */
  put(key: string, bytes: Uint8Array): Promise<void>
  /** Null: there is no such file. */
  get(key: string): Promise<Uint8Array | null>
  /** The same for one that is passed on, as slowly as its reader takes it; of many, only a little is in memory. */
  open(key: string): Promise<Readable | null>
  /** Deletes the files; those that are not there are no error. */
  delete(keys: string[]): Promise<void>
  /** Every file whose key begins like this. */
  list(prefix?: string): AsyncIterable<StoredFile>
}

/** The storage cannot be reached, is full, or refuses; pages still come, with descriptions in place of pictures. */
export class StorageUnavailable extends Error {
  override readonly name = 'StorageUnavailable'
  readonly statusCode = 503
}
