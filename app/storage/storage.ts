/** Where the files of images are: a folder of this machine, or a bucket that several machines share. */

import type { Readable } from 'node:stream'

/** A file in the storage; `age` in milliseconds. */
export type StoredFile = { key: string; bytes: number; age: number }

/**
 * Files by key, such as `0f3a…/960.webp`: lower-case letters, digits, `/`, `.` and `-`. A file is never changed. Each
 * function throws StorageUnavailable if the storage does not answer, is full, refuses, or has no such bucket.
 */
export type Storage = {
  /** Makes the folder, or sees whether the bucket answers. */
  prepare(): Promise<void>
  /** Stores the whole file, or nothing of it. */
  put(key: string, bytes: Uint8Array): Promise<void>
  /** Null: there is no such file. */
  get(key: string): Promise<Uint8Array | null>
  /** The same for one that is passed on, as slowly as its reader takes it; of many, only a little is in memory. */
  open(key: string): Promise<Readable | null>
  /** Deletes the files; those that are not there are no error. */
  delete(keys: string[]): Promise<void>
  /** Every file whose key begins like this, in no order. */
  list(prefix?: string): AsyncIterable<StoredFile>
}

/** The storage cannot be reached, is full, or refuses; pages still come, with descriptions in place of pictures. */
export class StorageUnavailable extends Error {
  override readonly name = 'StorageUnavailable'
  readonly statusCode = 503
}

const segment = '[a-z0-9][a-z0-9.-]*'
const wholeKey = new RegExp(`^${segment}(?:/${segment})*$`)
const beginningOfKey = new RegExp(`^(?:${segment}/)*(?:${segment})?$`)
const maxLength = 200

/** The storage with keys that name a file inside it and nothing else, whatever a caller passes on. */
export function withCheckedKeys(storage: Storage): Storage {
  const check = (key: string, pattern = wholeKey) => {
    if (!pattern.test(key) || key.length > maxLength) throw new Error(`not the key of a file: ${key}`)
  }
  return {
    ...storage,
    async put(key, bytes) {
      check(key)
      await storage.put(key, bytes)
    },
    async get(key) {
      check(key)
      return storage.get(key)
    },
    async open(key) {
      check(key)
      return storage.open(key)
    },
    async delete(keys) {
      for (const key of keys) check(key)
      await storage.delete(keys)
    },
    async *list(prefix = '') {
      check(prefix, beginningOfKey)
      yield* storage.list(prefix)
    },
  }
}
