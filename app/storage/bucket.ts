import { S3mini } from 's3mini'
import type { BucketConfig } from '../config/media-url.ts'
import { type Storage, StorageUnavailable } from './storage.ts'

/** A storage in a bucket of any store that speaks S3. */
export function openBucket({ endpoint, region, accessKeyId, secretAccessKey }: BucketConfig): Storage {
  const bucket = new S3mini({ endpoint, region, accessKeyId, secretAccessKey, requestAbortTimeout: 10_000 })
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
