import { Readable } from 'node:stream'
import { S3mini } from 's3mini'
import type { BucketConfig } from '../config/media-url.ts'
import { type Storage, StorageUnavailable } from './storage.ts'

/** Milliseconds until an image that is to be shown is given up. */
const openTimeoutMs = 3_000

/** Gives up a store that does not begin to answer; then, the body may take as long as its reader. */
async function fetchStream(url: string | URL | Request, init?: RequestInit): Promise<Response> {
  const giveUp = new AbortController()
  const timer = setTimeout(() => giveUp.abort(), openTimeoutMs)
  return fetch(url, { ...init, signal: giveUp.signal }).finally(() => clearTimeout(timer))
}

/** A storage in a bucket of any store that speaks S3. */
export function openBucket({ endpoint, region, accessKeyId, secretAccessKey }: BucketConfig): Storage {
  const access = { endpoint, region, accessKeyId, secretAccessKey }
  const bucket = new S3mini({ ...access, requestAbortTimeout: 10_000 })
  const streams = new S3mini({ ...access, fetch: fetchStream })
  const tried = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work
    } catch (cause) {
      throw new StorageUnavailable('the store of pictures does not answer', { cause })
    }
  }
  return {
    async put(key, bytes) {
      await tried(bucket.putObject(key, bytes as Buffer, 'image/webp'))
    },
    async get(key) {
      const found = await tried(bucket.getObjectArrayBuffer(key))
      return found ? new Uint8Array(found) : null
    },
    async open(key) {
      const found = await tried(streams.getObjectResponse(key))
      return found?.body ? Readable.fromWeb(found.body as ReadableStream) : null
    },
    async delete(keys) {
      if (keys.length > 0) await tried(bucket.deleteObjects(keys))
    },
    async *list(prefix = '') {
      let token: string | undefined
      do {
        const page = await tried(bucket.listObjectsPaged('', prefix, 1_000, token))
        for (const { Key, Size, LastModified } of page?.objects ?? [])
          yield { key: Key, bytes: Size, age: Date.now() - new Date(LastModified).getTime() }
        token = page?.nextContinuationToken
      } while (token)
    },
  }
}
