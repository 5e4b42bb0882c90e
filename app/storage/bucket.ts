import { Readable } from 'node:stream'
import { S3mini, S3ServiceError } from 's3mini'
import type { BucketConfig } from '../config/media-url.ts'
import { errorCode } from '../database/errors.ts'
import { type Storage, StorageUnavailable, type StoredFile } from './storage.ts'

const defaults = {
  /** Milliseconds that a request for one file may take, because a person waits for it. */
  patience: 5_000,
  /** Of a request that concerns many files, which jobs and commands make. */
  patienceForMany: 30_000,
  /** Files that are listed in one answer; no store gives more. */
  page: 1_000,
}

/** A storage in a bucket of any store that speaks S3. */
export function openBucket(config: BucketConfig, limits: Partial<typeof defaults> = {}): Storage {
  const { kind: _, ...access } = config
  const { patience, patienceForMany, page: pageSize } = { ...defaults, ...limits }
  const bucket = new S3mini({ ...access, requestAbortTimeout: patience })
  const many = new S3mini({ ...access, requestAbortTimeout: patienceForMany })
  const streams = new S3mini({ ...access, fetch: streaming(patience) })
  const prepare = async () => {
    if (!(await tried(() => bucket.bucketExists()))) throw new StorageUnavailable(noBucket)
  }
  const ifThere = async <T>(found: T | null): Promise<T | null> => {
    // A bucket that is not there has no file either, and answers the same.
    if (!found) await prepare()
    return found
  }
  return {
    prepare,
    async put(key, bytes) {
      await tried(() => bucket.putObject(key, bytes as Buffer, 'image/webp'))
    },
    async get(key) {
      const found = await ifThere(await tried(() => bucket.getObjectArrayBuffer(key)))
      return found && new Uint8Array(found)
    },
    async open(key) {
      const found = await ifThere(await tried(() => streams.getObjectResponse(key)))
      return found?.body ? Readable.fromWeb(found.body as ReadableStream) : null
    },
    async delete(keys) {
      if (keys.length === 0) return
      const deleted = await tried(() => many.deleteObjects(keys))
      if (deleted.includes(false)) throw new StorageUnavailable('the store of pictures keeps what is deleted')
    },
    list: (prefix = '') => filesIn(many, prefix, pageSize),
  }
}

async function* filesIn(bucket: S3mini, prefix: string, pageSize: number): AsyncGenerator<StoredFile> {
  let token: string | undefined
  do {
    // The first argument is the path of the request, whatever its name.
    const page = await tried(() => bucket.listObjectsPaged('/', prefix, pageSize, token))
    if (!page) throw new StorageUnavailable(noBucket)
    for (const { Key, Size, LastModified } of page.objects ?? [])
      yield { key: Key, bytes: Size, age: Date.now() - new Date(LastModified).getTime() }
    token = page.nextContinuationToken
  } while (token)
}

/** Gives up a store that does not begin to answer; the body may take as long as its reader. */
function streaming(patience: number): typeof fetch {
  return async (url, init) => {
    const giveUp = new AbortController()
    const timer = setTimeout(() => giveUp.abort(new DOMException('', 'TimeoutError')), patience)
    return fetch(url, { ...init, signal: giveUp.signal }).finally(() => clearTimeout(timer))
  }
}

const noBucket = 'the store of pictures has no such bucket, or it is not for this key'

/** Tries once more after what may be over already: an error of the store, a connection that was cut. */
async function tried<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!mayBeOver(error)) throw unavailable(error)
  }
  try {
    return await work()
  } catch (error) {
    throw unavailable(error)
  }
}

function mayBeOver(error: unknown): boolean {
  if (error instanceof S3ServiceError) return error.status >= 500
  return (error as Error).name !== 'TimeoutError'
}

function unavailable(cause: unknown): StorageUnavailable {
  return new StorageUnavailable(`the store of pictures cannot be used (${reasonOf(cause)})`, { cause })
}

function reasonOf(error: unknown): string {
  if ((error as Error).name === 'TimeoutError') return 'it does not answer in time'
  const { message } = error as Error
  return error instanceof S3ServiceError ? message : errorCode(error) || message
}
