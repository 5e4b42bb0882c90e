import { randomBytes } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import type { Topic } from '../database/changes.ts'
import type { State } from '../database/database.ts'
import { compress, type Encoding, encodingFor } from '../http/compression.ts'
import { setPageHeaders } from '../http/views.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The page follows from the database, its reader's choices and its address alone. */
    cached?: boolean
  }
  interface FastifyRequest {
    /** What the page would be made of, if it may be cached. */
    pageState: PageState | null
    /**
     * Says what the page shows, besides its viewer and what nothing in the database says: then it is remembered until
     * something about that is written. Asked only where it is of use.
     */
    pageIsAbout(topics: () => Topic[] | Promise<Topic[]>): Promise<void>
  }
}

type PageState = {
  key: string
  state: State
  slot: number
  /** Null: all that there is. */
  topics: Topic[] | null
  encoding: Encoding | null
}
type Page = Pick<PageState, 'state' | 'slot' | 'topics'> & { tag: string; body: Buffer }

/** Pages say "2 min ago", so even where nothing was written they are made anew after so many milliseconds. */
const lifetime = 15_000
const mostBytes = 16 * 1024 * 1024
const longestUrl = 300

/**
 * Remembers finished pages, compressed as they were sent, for as long as nothing that they show has been written: the
 * database itself says so (`db.state()`), whichever process wrote. The key holds whoever reads, in which language and
 * theme. A browser that has the page already is answered 304 before anything is looked up.
 */
export default plugin(
  async (app: FastifyInstance) => {
    app.decorateRequest('pageState', null)
    app.decorateRequest('pageIsAbout', async function (topics) {
      const page = this.pageState
      if (page?.state.knowsTopics) page.topics = [...(await topics()), ...topicsOfViewer(this)]
    })
    const pages = new PageStore()
    app.addHook('onRequest', async (request, reply) => {
      if (!isCacheable(request)) return
      const state = await request.databaseState()
      if (state === null) return
      request.pageState = stateOf(request, state)
      return answerFrom(pages, request, reply)
    })
    app.addHook('onSend', async (request, reply, payload) => {
      const state = reply.statusCode === 200 && typeof payload === 'string' ? request.pageState : null
      return state ? keepPage(pages, { state, reply, html: payload as string }) : payload
    })
  },
  { name: 'page-cache', dependencies: ['preferences', 'state'] },
)

/** The badges and the names that every page shows. */
function topicsOfViewer({ viewer }: FastifyRequest): Topic[] {
  return viewer ? [`person:${viewer.id}`] : []
}

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

function stateOf(request: FastifyRequest, state: State): PageState {
  const { viewer, language, theme, url } = request
  const encoding = encodingFor(request)
  const key = `${encoding}|${viewer?.id ?? 0}|${language}|${theme}|${url}`
  return { key, state, slot: Math.floor(Date.now() / lifetime), topics: null, encoding }
}

function answerFrom(pages: PageStore, request: FastifyRequest, reply: FastifyReply) {
  const asked = request.pageState as PageState
  const page = pages.get(asked)
  if (!page) return
  request.pageState = null
  setPageHeaders(reply).header('etag', page.tag)
  if (request.headers['if-none-match'] === page.tag) return reply.code(304).send()
  if (asked.encoding) reply.header('content-encoding', asked.encoding)
  return reply.type('text/html; charset=utf-8').send(page.body)
}

type Made = { state: PageState; reply: FastifyReply; html: string }

function keepPage(pages: PageStore, { state: made, reply, html }: Made): Buffer {
  const { key, state, slot, topics, encoding } = made
  const body = encoding ? compress[encoding](html) : Buffer.from(html)
  const tag = pages.newTag()
  reply.header('etag', tag).removeHeader('content-length')
  if (encoding) reply.header('content-encoding', encoding)
  pages.set(key, { state, slot, topics, tag, body })
  return body
}

/** The pages asked for last, up to `mostBytes` of them. */
class PageStore {
  readonly #pages = new Map<string, Page>()
  readonly #start = randomBytes(6).toString('base64url')
  #made = 0
  #bytes = 0

  /** Another process, or this one started anew, never gives the same. */
  newTag(): string {
    return `W/"${this.#start}.${++this.#made}"`
  }

  /** The page, if it would be the same today. */
  get({ key, state, slot }: PageState): Page | null {
    const page = this.#pages.get(key)
    if (page?.slot !== slot || !state.isUnchangedSince(page.state, page.topics)) return null
    // Until then nothing has to be looked at again.
    page.state = state
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
