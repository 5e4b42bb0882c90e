import type { FastifyInstance } from 'fastify'
import plugin from 'fastify-plugin'
import { ALL, type CacheTag, type Invalidation } from '../database/cache-tags.ts'

declare module 'fastify' {
  interface FastifyInstance {
    freshness: Freshness
  }
  interface FastifyRequest {
    /**
     * What this request reads of the database shows every commit before this time (as `performance.now()`); null when
     * nothing cached may be served and nothing may be cached.
     */
    readAt: number | null
  }
}

/** Beyond so many tags, all of them count as invalidated and are counted anew. */
const maxTags = 100_000

/** When each cache tag was last invalidated, by this process or another. */
export class Freshness {
  readonly #invalidatedAt = new Map<CacheTag, number>()
  /** Of tags that are not in the map. */
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

/** Knows for each request whether what was cached for an earlier one still holds. */
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
