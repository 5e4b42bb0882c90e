import { randomBytes } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import { LRUCache } from 'lru-cache'
import type { CacheTag } from '../database/cache-tags.ts'
import { compress, type Encoding, encodingFor } from '../http/compression.ts'
import { setPageHeaders } from '../http/views.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The page follows from the database, its reader's choices and its address alone. */
    cached?: boolean
  }
  interface FastifyRequest {
    /** The page under way, if it may be cached. */
    pageEntry: PageEntry | null
    /**
     * Names what the page shows besides its viewer's own frame: it is cached until one of these tags is invalidated.
     * A page that names nothing is not cached; the function is called only where its answer is of use.
     */
    cacheTags(tags: () => CacheTag[] | Promise<CacheTag[]>): Promise<void>
  }
}

type PageEntry = { key: string; readAt: number; tags: CacheTag[] | null; encoding: Encoding | null }
type Page = { body: Buffer; etag: string; readAt: number; tags: CacheTag[] }

/** Pages say "2 min ago", so even an unchanged page is rendered again after so many milliseconds. */
const maxAgeMs = 15_000
const maxBytes = 16 * 1024 * 1024
/** What a tag of a page takes in memory, about. */
const bytesPerTag = 16
const maxUrlLength = 300

/**
 * Caches finished pages, compressed as they were sent, by reader, language, theme and address, until something that
 * they show is invalidated (database/cache-tags.ts), whichever process wrote it. A browser that has the page already
 * is answered 304 before anything is looked up.
 */
export default plugin(
  async (app: FastifyInstance) => {
    const { freshness } = app
    const pages = new LRUCache<string, Page>({
      maxSize: maxBytes,
      sizeCalculation: ({ body, tags }) => body.length + tags.length * bytesPerTag + 1,
      ttl: maxAgeMs,
      ttlResolution: 100,
    })
    // Another process, or this one after a restart, never gives the same ETag.
    const etagPrefix = randomBytes(6).toString('base64url')
    let rendered = 0
    app.decorateRequest('pageEntry', null)
    app.decorateRequest('cacheTags', async function (tags) {
      const { pageEntry, viewer } = this
      if (pageEntry) pageEntry.tags = [...(await tags()), ...(viewer ? [`viewer:${viewer.id}` as const] : [])]
    })
    app.addHook('onRequest', async (request, reply) => {
      const { readAt } = request
      if (readAt === null || !isCacheable(request)) return
      const entry = entryFor(request, readAt)
      const page = pages.get(entry.key)
      if (!page || !freshness.isFresh(page.readAt, page.tags)) {
        request.pageEntry = entry
        return
      }
      // Later requests need not look at the invalidations before this one. A standby's time is an earlier one.
      page.readAt = Math.max(page.readAt, readAt)
      return send(page, entry, reply)
    })
    app.addHook('onSend', async ({ pageEntry: entry }, reply, payload) => {
      if (!entry?.tags || reply.statusCode !== 200 || typeof payload !== 'string') return payload
      const { key, readAt, tags, encoding } = entry
      const body = encoding ? compress[encoding](payload) : Buffer.from(payload)
      const etag = `W/"${etagPrefix}.${++rendered}"`
      pages.set(key, { body, etag, readAt, tags })
      reply.header('etag', etag).removeHeader('content-length')
      if (encoding) reply.header('content-encoding', encoding)
      return body
    })
  },
  { name: 'page-cache', dependencies: ['freshness', 'preferences'] },
)

function isCacheable(request: FastifyRequest): boolean {
  const { method, routeOptions, url } = request
  const isPage = routeOptions.config?.cached && method === 'GET' && url.length <= maxUrlLength
  // A flash is shown once, and the page after a form must show what the form did, whichever process answers.
  return Boolean(isPage && !request.siteCookie('flash'))
}

function entryFor(request: FastifyRequest, readAt: number): PageEntry {
  const { viewer, language, theme, url } = request
  const encoding = encodingFor(request)
  const key = `${encoding}|${viewer?.id ?? 0}|${language}|${theme}|${url}`
  return { key, readAt, tags: null, encoding }
}

function send({ etag, body }: Page, { encoding }: PageEntry, reply: FastifyReply): FastifyReply {
  setPageHeaders(reply).header('etag', etag)
  if (reply.request.headers['if-none-match'] === etag) return reply.code(304).send()
  if (encoding) reply.header('content-encoding', encoding)
  return reply.type('text/html; charset=utf-8').send(body)
}
