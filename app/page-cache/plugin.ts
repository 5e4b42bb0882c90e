import { randomBytes } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import { LRUCache } from 'lru-cache'
import type { CacheTag } from '../database/cache-tags.ts'
import { compress, type Encoding, encodingFor } from '../http/compression.ts'
import { setPageHeaders } from '../http/views.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The page depends only on the database, the viewer's preferences and the URL. */
    cached?: boolean
  }
  interface FastifyRequest {
    /** Set while a cacheable page is rendered. */
    pageEntry: PageEntry | null
    /**
     * Caches the page until one of these tags, or its viewer's, is invalidated. A page without a call is not cached;
     * the function is called only when the page is cacheable.
     */
    cacheTags(tags: () => CacheTag[] | Promise<CacheTag[]>): Promise<void>
  }
}

type PageEntry = { key: string; readAt: number; tags: CacheTag[] | null; encoding: Encoding | null }
type Page = { body: Buffer; etag: string; readAt: number; tags: CacheTag[] }

/** Pages show relative times ("2 min ago"), so they are rendered again after this time. */
const maxAgeMs = 15_000
const maxBytes = 16 * 1024 * 1024
/** Approximate memory of a tag. */
const bytesPerTag = 16
const maxUrlLength = 300

/**
 * Caches finished, compressed pages by viewer, language, theme, time zone and URL, until one of their tags is invalidated
 * (database/cache-tags.ts) by any process. A browser that has the page gets a 304 without any query.
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
    // ETags differ between processes and after a restart.
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
      // Later requests skip the invalidations before this one. On a standby, readAt may be earlier.
      page.readAt = Math.max(page.readAt, readAt)
      return send(page, entry, reply)
    })
    app.addHook('onSend', async ({ pageEntry: entry }, reply, payload) => {
      if (!entry?.tags || reply.statusCode !== 200 || !Buffer.isBuffer(payload)) return payload
      const { key, readAt, tags, encoding } = entry
      const body = encoding ? compress[encoding](payload) : payload
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
  // A flash is shown once, and the page after a form must show its effect, whichever process answers.
  return Boolean(isPage && !request.siteCookie('flash'))
}

function entryFor(request: FastifyRequest, readAt: number): PageEntry {
  const { viewer, language, theme, timeZone, url } = request
  const encoding = encodingFor(request)
  const key = `${encoding}|${viewer?.id ?? 0}|${language}|${theme}|${timeZone}|${url}`
  return { key, readAt, tags: null, encoding }
}

function send({ etag, body }: Page, { encoding }: PageEntry, reply: FastifyReply): FastifyReply {
  setPageHeaders(reply).header('etag', etag)
  if (reply.request.headers['if-none-match'] === etag) return reply.code(304).send()
  if (encoding) reply.header('content-encoding', encoding)
  return reply.type('text/html; charset=utf-8').send(body)
}
