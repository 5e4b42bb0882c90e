import type { FastifyInstance, FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import { LRUCache } from 'lru-cache'
import { ALL, type CacheTag, type Invalidation } from '../database/cache-tags.ts'

declare module 'fastify' {
  interface FastifyInstance {
    freshness: Freshness
  }
  interface FastifyRequest {
    /** The request reads every commit before this time (`performance.now()`); null: the cache is off. */
    readAt: number | null
  }
}

/** Beyond this number of tags, all count as invalidated and the map starts empty. */
const maxTags = 100_000

/** Records when each cache tag was last invalidated, by this process or another. */
export class Freshness {
  readonly #invalidatedAt = new Map<CacheTag, number>()
  /** For tags that are not in the map. */
  #othersInvalidatedAt = performance.now()
  #lastInvalidatedAt = this.#othersInvalidatedAt

  invalidate(invalidation: Invalidation): void {
    this.#lastInvalidatedAt = performance.now()
    if (invalidation === ALL || this.#invalidatedAt.size > maxTags) {
      this.#othersInvalidatedAt = this.#lastInvalidatedAt
      this.#invalidatedAt.clear()
    } else for (const tag of invalidation) this.#invalidatedAt.set(tag, this.#lastInvalidatedAt)
  }

  /** Whether none of the tags was invalidated since `readAt`. */
  isFresh(readAt: number, tags: readonly CacheTag[]): boolean {
    if (readAt > this.#lastInvalidatedAt) return true
    if (readAt <= this.#othersInvalidatedAt) return false
    return tags.every(tag => (this.#invalidatedAt.get(tag) ?? 0) < readAt)
  }
}

/** Keeps `app.freshness` up to date by listening to invalidations. */
export default plugin(
  async (app: FastifyInstance) => {
    const { db, config } = app
    const freshness = new Freshness()
    app.decorate('freshness', freshness)
    app.decorateRequest('readAt', null)
    if (!config.pageCache) return
    const unlisten = db.listen(invalidation => freshness.invalidate(invalidation))
    app.addHook('onClose', async () => unlisten())
    app.addHook('onRequest', async request => {
      request.readAt = db.isListening() ? performance.now() : null
    })
  },
  { name: 'freshness' },
)

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
