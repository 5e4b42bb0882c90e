import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { cursorOf, isPastTheEnd, pageLinks } from '../database/cursor.ts'
import { isUnavailable } from '../database/errors.ts'
import { networkOf } from '../limits/network.ts'
import type { Person } from '../people/person.ts'
import { isEmpty, normalizeQuery, parseQuery, starred } from '../search-index/query.ts'
import { timelineOf } from '../timelines/queries.ts'
import { find, findPeople, type SearchInput, type SearchResult } from './find.ts'
import { type Order, orderOf, SearchQuery, searchLimit, searchPath, textOf } from './forms.ts'
import { scheduleRebuild } from './jobs.ts'
import { partsMarking } from './marks.ts'

type Shown = ReturnType<typeof shown>

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
  app.get('/search/results', open, showWhileTyping('search/fragment'))
  app.get('/search/brief', open, showWhileTyping('search/brief'))
  app.get('/search/people', open, showPeople)
  app.addHook('onReady', async () => {
    await scheduleRebuild(app.db).catch(error =>
      app.log.warn({ err: error }, 'the rebuild of the search index was not scheduled'),
    )
  })
}

async function showSearch(request: SearchRequest, reply: FastifyReply) {
  const input = inputOf(request)
  const found = await findFor(request, input)
  if (found && isPastTheEnd(found.posts, input.cursor))
    return reply.redirect(searchPath(found.query.text, input.order), 303)
  return reply.page('search/index', { text: normalizeQuery(input.text), ...shown(found, input) })
}

/** The results on the search page, or the first ones below the search box of other pages. */
function showWhileTyping(view: 'search/fragment' | 'search/brief') {
  return async (request: SearchRequest, reply: FastifyReply) => {
    const text = starred(textOf(request.query.q))
    const input = { ...inputOf(request), text, cursor: cursorOf({}) }
    return reply.fragment(view, shown(await findFor(request, input), input))
  }
}

async function showPeople(request: SearchRequest, reply: FastifyReply) {
  const input = inputOf(request)
  const text = normalizeQuery(input.text)
  const path = searchPath(text, 'newest', '/search/people')
  if (isEmpty(parseQuery(text))) return reply.redirect('/search', 303)
  await consumeLimit(request)
  const page = await findPeople(request.server.db, input)
  if (isPastTheEnd(page, input.cursor)) return reply.redirect(path, 303)
  return reply.page('search/people', { text, people: page.rows, ...pageLinks(page, path) })
}

function inputOf({ query, viewer }: SearchRequest): SearchInput {
  return { text: textOf(query.q), order: orderOf(query), viewer, cursor: cursorOf(query) }
}

async function findFor(request: SearchRequest, input: SearchInput): Promise<SearchResult | null> {
  if (isEmpty(parseQuery(input.text))) return null
  await consumeLimit(request)
  return find(request.server.db, input)
}

/** While the database is read-only, searches are not counted. */
async function consumeLimit({ server, viewer, ip, log }: SearchRequest): Promise<void> {
  try {
    await server.db.transaction(tx => server.rateLimits.consume(tx, searchLimit, viewer?.id ?? networkOf(ip)))
  } catch (error) {
    if (!isUnavailable(error)) throw error
    log.warn({ err: error }, 'the search was not counted')
  }
}

/** `path` is the page to which forms in a fragment return. */
function shown(found: SearchResult | null, { text, order }: SearchInput) {
  const path = searchPath(found?.query.text ?? normalizeQuery(text), order)
  return { results: found && resultsOf(found, order), parts: partsMarking(found?.query.terms ?? []), path }
}

function resultsOf({ query, posts, people, hasMorePeople }: SearchResult, order: Order) {
  const path = searchPath(query.text, order)
  return {
    /** As executed. */
    query: query.text,
    order,
    /** URLs of the same search in both orders, and of all people. */
    newest: searchPath(query.text),
    best: searchPath(query.text, 'best'),
    allPeople: hasMorePeople ? searchPath(query.text, 'newest', '/search/people') : null,
    people,
    timeline: timelineOf(posts, path),
    truncated: query.cut,
  }
}
