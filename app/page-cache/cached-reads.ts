import type { FastifyInstance, FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import type { CacheTag } from '../database/cache-tags.ts'
import type { Freshness } from './freshness.ts'

type Read<Key, Value> = {
  key: Key
  /** The tags that invalidate the value. */
  tags(value: Value): CacheTag[]
  read(db: FastifyInstance['db']): Promise<Value | null>
}
type Entry<Value> = { value: Value; readAt: number; tags: CacheTag[] }

/**
 * Caches the `max` most recently used results of a query by key, each until one of its tags is invalidated, for at
 * most `maxAgeMs`. Null is not cached, so that made-up keys evict nothing.
 */
export function cachedReads<Key extends {}, Value extends {}>({ max = 5_000, maxAgeMs = 0 } = {}) {
  const caches = new WeakMap<Freshness, LRUCache<Key, Entry<Value>>>()
  return async (request: FastifyRequest, { key, tags, read }: Read<Key, Value>): Promise<Value | null> => {
    const { db, freshness } = request.server
    const { readAt } = request
    if (readAt === null) return read(db)
    const cache = caches.get(freshness) ?? new LRUCache({ max, ttl: maxAgeMs })
    caches.set(freshness, cache)
    const cached = cache.get(key)
    if (cached && freshness.isFresh(cached.readAt, cached.tags)) return cached.value
    const value = await read(db)
    if (value === null) cache.delete(key)
    else cache.set(key, { value, readAt, tags: tags(value) })
    return value
  }
}
