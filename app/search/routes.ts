import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Cursor, cursorOf, cursorQuery, isPastTheEnd, type Page } from '../database/cursor.ts'
import { isUnavailable } from '../database/errors.ts'
import { networkOf } from '../limits/network.ts'
import type { Person } from '../people/person.ts'
import { isEmpty, normalizeQuery, parseQuery, starred } from '../search-index/query.ts'
import type { Timeline } from '../timelines/timeline.ts'
import { find, findEverybody, type SearchInput, type SearchResult } from './find.ts'
import { type Order, orderOf, SearchQuery, searchLimit, searchPath, textOf } from './forms.ts'
import { scheduleRebuild } from './jobs.ts'
import { partsMarking } from './marks.ts'

/** What was found, for a page or a part of one; `parts` marks the words in the posts. */
type Results = {
  /** The query as it was understood. */
  query: string
  order: Order
  /** The addresses of the same search in either order, and of all people. */
  newest: string
  best: string
  allPeople: string | null
  people: Person[]
  timeline: Timeline
  truncated: boolean
}
type Shown = { results: Results | null; parts: ReturnType<typeof partsMarking>; path: string }

declare module '../http/views.ts' {
  interface Pages {
    'search/index': Shown & { text: string }
    'search/fragment': Shown
    'search/brief': Shown
    'search/people': { text: string; people: Person[]; newer: string | null; older: string | null }
  }
}

type SearchRequest = FastifyRequest<{ Querystring: SearchQuery }>

export default async function search(app: FastifyInstance) {
  const open = { config: { public: true }, schema: { querystring: SearchQuery } }
  app.get('/search', open, showSearch)
  app.get('/search/results', open, showResults)
  app.get('/search/brief', open, showBrief)
  app.get('/search/people', open, showPeople)
  app.addHook('onReady', async () => {
    await scheduleRebuild(app.db).catch(error =>
      app.log.warn({ err: error }, 'the making of the search index was not scheduled'),
    )
  })
}

async function showSearch(request: SearchRequest, reply: FastifyReply) {
  const asked = askedBy(request)
  const found = await findFor(request, asked)
  if (found && isPastTheEnd(found.posts, asked.cursor))
    return reply.redirect(searchPath(found.query.text, asked.order), 303)
  return reply.page('search/index', { text: normalizeQuery(asked.text), ...shown(found, asked) })
}

/** What the script puts into that page while somebody types. */
async function showResults(request: SearchRequest, reply: FastifyReply) {
  const asked = askedWhileTyping(request)
  return reply.fragment('search/fragment', shown(await findFor(request, asked), asked))
}

/** What the script puts below the box on every other page: the first of everything. */
async function showBrief(request: SearchRequest, reply: FastifyReply) {
  const asked = askedWhileTyping(request)
  return reply.fragment('search/brief', shown(await findFor(request, asked), asked))
}

async function showPeople(request: SearchRequest, reply: FastifyReply) {
  const asked = askedBy(request)
  const text = normalizeQuery(asked.text)
  const path = searchPath(text, 'newest', '/search/people')
  if (isEmpty(parseQuery(text))) return reply.redirect('/search', 303)
  await spendOne(request)
  const page = await findEverybody(request.server.db, asked)
  if (isPastTheEnd(page, asked.cursor)) return reply.redirect(path, 303)
  return reply.page('search/people', { text, people: page.rows, ...linksOf(page, path) })
}

function askedBy({ query, viewer }: SearchRequest): SearchInput {
  const cursor = cursorOf(query)
  return { text: textOf(query.q), order: orderOf(query), viewer, cursor }
}

function askedWhileTyping(request: SearchRequest): SearchInput {
  return { ...askedBy(request), text: starred(textOf(request.query.q)), cursor: cursorOf({}) }
}

async function findFor(request: SearchRequest, asked: SearchInput): Promise<SearchResult | null> {
  if (isEmpty(parseQuery(asked.text))) return null
  await spendOne(request)
  return find(request.server.db, asked)
}

/** Where nothing can be written just now, nothing is counted: reading goes on. */
async function spendOne({ server, viewer, ip, log }: SearchRequest): Promise<void> {
  try {
    await server.db.transaction(tx => server.rateLimits.consume(tx, searchLimit, viewer?.id ?? networkOf(ip)))
  } catch (error) {
    if (!isUnavailable(error)) throw error
    log.warn({ err: error }, 'the search was not counted')
  }
}

/** A form on a part of a page leads back to the whole of it. */
function shown(found: SearchResult | null, { text, order }: SearchInput): Shown {
  const path = searchPath(found?.query.text ?? normalizeQuery(text), order)
  return { results: found && resultsOf(found, order), parts: partsMarking(found?.query.terms ?? []), path }
}

function resultsOf({ query, posts, people, hasMorePeople }: SearchResult, order: Order): Results {
  const path = searchPath(query.text, order)
  return {
    query: query.text,
    order,
    newest: searchPath(query.text),
    best: searchPath(query.text, 'best'),
    allPeople: hasMorePeople ? searchPath(query.text, 'newest', '/search/people') : null,
    people,
    timeline: { posts: posts.rows, ...linksOf(posts, path) },
    truncated: query.cut,
  }
}

/** The addresses of the pages next to this one; the query comes before the place. */
function linksOf(page: Page<unknown>, path: string): { newer: string | null; older: string | null } {
  const link = (cursor: Cursor | null) => cursor && path + cursorQuery(cursor).replace('?', '&')
  return { newer: link(page.newer), older: link(page.older) }
}
