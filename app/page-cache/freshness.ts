import type { FastifyInstance } from 'fastify'
import plugin from 'fastify-plugin'
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
