import { randomBytes } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import { compress, type Encoding, encodingFor } from './compression.ts'
import { setPageHeaders } from './views.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The page follows from the database, its reader's choices and its address alone. */
    cached?: boolean
  }
  interface FastifyRequest {
    /** What the page would be made of, if it may be cached. */
    pageState: PageState | null
  }
}

type PageState = { key: string; tag: string; encoding: Encoding | null }
type Page = { tag: string; body: Buffer }

/** Pages say "2 min ago", so even where nothing was written they are made anew after so many milliseconds. */
const lifetime = 15_000
const mostBytes = 16 * 1024 * 1024
const longestUrl = 300

/**
 * Remembers finished pages, compressed as they were sent, for as long as nothing at all has been written:
 * the database itself says so (`db.version()`), whichever process wrote. The key holds whoever reads, in which
 * language and theme. A browser that has the page already is answered 304 before anything is looked up.
 */
export default plugin(
  async (app: FastifyInstance) => {
    app.decorateRequest('pageState', null)
    const pages = new PageStore()
    // Another process, or this one started anew, may render the same state differently.
    const start = randomBytes(6).toString('base64url')
    app.addHook('onRequest', async (request, reply) => {
      if (!isCacheable(request)) return
      const version = await request.databaseVersion()
      if (version === null) return
      request.pageState = stateOf(request, `${start}.${version}`)
      return answerFrom(pages, request, reply)
    })
    app.addHook('onSend', async (request, reply, payload) => {
      const state = reply.statusCode === 200 && typeof payload === 'string' ? request.pageState : null
      return state ? keepPage(pages, { state, reply, html: payload as string }) : payload
    })
  },
  { name: 'page-cache', dependencies: ['preferences', 'version'] },
)

function isCacheable(request: FastifyRequest): boolean {
  const { method, routeOptions, url } = request
  // A flash is shown once, to whoever has its cookie.
  return Boolean(
    routeOptions.config?.cached &&
      method === 'GET' &&
      url.length <= longestUrl &&
      !request.siteCookie('flash'),
  )
}

function stateOf(request: FastifyRequest, version: string): PageState {
  const { viewer, language, theme, url } = request
  const encoding = encodingFor(request)
  const reader = `${viewer?.id ?? 0}.${language}.${theme}`
  const slot = Math.floor(Date.now() / lifetime)
  return { key: `${encoding}|${reader}|${url}`, tag: `W/"${version}.${slot}.${reader}"`, encoding }
}

function answerFrom(pages: PageStore, request: FastifyRequest, reply: FastifyReply) {
  const { key, tag, encoding } = request.pageState as PageState
  const isKnown = request.headers['if-none-match'] === tag
  const page = isKnown ? null : pages.get(key, tag)
  if (!isKnown && !page) return
  request.pageState = null
  setPageHeaders(reply).header('etag', tag)
  if (!page) return reply.code(304).send()
  if (encoding) reply.header('content-encoding', encoding)
  return reply.type('text/html; charset=utf-8').send(page.body)
}

type Made = { state: PageState; reply: FastifyReply; html: string }

function keepPage(pages: PageStore, { state, reply, html }: Made): Buffer {
  const { key, tag, encoding } = state
  const body = encoding ? compress[encoding](html) : Buffer.from(html)
  reply.header('etag', tag).removeHeader('content-length')
  if (encoding) reply.header('content-encoding', encoding)
  pages.set(key, { tag, body })
  return body
}

/** The pages asked for last, up to `mostBytes` of them. */
class PageStore {
  readonly #pages = new Map<string, Page>()
  #bytes = 0

  get(key: string, tag: string): Page | null {
    const page = this.#pages.get(key)
    if (page?.tag !== tag) return null
    this.#pages.delete(key)
    this.#pages.set(key, page)
    return page
  }

  set(key: string, page: Page): void {
    this.#drop(key)
    this.#pages.set(key, page)
    this.#bytes += page.body.length
    for (const oldest of this.#pages.keys()) {
      if (this.#bytes <= mostBytes) return
      this.#drop(oldest)
    }
  }

  #drop(key: string): void {
    this.#bytes -= this.#pages.get(key)?.body.length ?? 0
    this.#pages.delete(key)
  }
}
