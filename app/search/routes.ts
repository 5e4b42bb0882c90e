import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { cursorOf, isPastTheEnd, pageLinks } from '../database/cursor.ts'
import type { Person } from '../people/person.ts'
import { isEmpty, normalizeQuery, parseQuery, starred } from '../search-index/query.ts'
import { type Sidebar, searchSidebar, searchTips, type Tips } from '../site/sidebar.ts'
import { timelineOf } from '../timelines/queries.ts'
import { find, findPeople, type SearchInput, type SearchResult } from './find.ts'
import { type Order, orderOf, SearchQuery, searchPath, textOf } from './forms.ts'
import { scheduleRebuild } from './jobs.ts'
import { consumeSearch } from './limit.ts'
import { partsMarking } from './marks.ts'

type Shown = ReturnType<typeof shown>

declare module '../http/views.ts' {
  interface Pages {
    'search/index': Shown & { text: string; tips: Tips | null; sidebar: Sidebar | null }
    'search/fragment': Shown & { tips: Tips | null }
    'search/brief': Shown
    'search/people': {
      text: string
      people: Person[]
      newer: string | null
      older: string | null
      sidebar: Sidebar | null
    }
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
      app.log.warn({ err: error }, 'the rebuild of the search index was not scheduled'),
    )
  })
}

async function showSearch(request: SearchRequest, reply: FastifyReply) {
  const input = inputOf(request)
  const found = await findFor(request, input)
  if (found && isPastTheEnd(found.posts, input.cursor))
    return reply.redirect(searchPath(found.query.text, input.order), 303)
  const [tips, sidebar] = await Promise.all([
    found ? null : searchTips(request),
    searchSidebar(request, { hasResults: found !== null }),
  ])
  const text = normalizeQuery(input.text)
  return reply.page('search/index', { text, ...shown(found, input), tips, sidebar })
}

/** The results on the search page, while one types there. */
async function showResults(request: SearchRequest, reply: FastifyReply) {
  const input = typedInput(request)
  const found = await findFor(request, input)
  const tips = found ? null : await searchTips(request)
  return reply.fragment('search/fragment', { ...shown(found, input), tips })
}

/** The first results, below the search box of other pages. */
async function showBrief(request: SearchRequest, reply: FastifyReply) {
  const input = typedInput(request)
  return reply.fragment('search/brief', shown(await findFor(request, input), input))
}

/** What is typed may go on. */
function typedInput(request: SearchRequest): SearchInput {
  return { ...inputOf(request), text: starred(textOf(request.query.q)), cursor: cursorOf({}) }
}

async function showPeople(request: SearchRequest, reply: FastifyReply) {
  const input = inputOf(request)
  const text = normalizeQuery(input.text)
  const path = searchPath(text, 'newest', '/search/people')
  if (isEmpty(parseQuery(text))) return reply.redirect('/search', 303)
  await consumeSearch(request)
  const [page, sidebar] = await Promise.all([
    findPeople(request.server.db, input),
    searchSidebar(request, { hasResults: true }),
  ])
  if (isPastTheEnd(page, input.cursor)) return reply.redirect(path, 303)
  return reply.page('search/people', { text, people: page.rows, sidebar, ...pageLinks(page, path) })
}

function inputOf({ query, viewer }: SearchRequest): SearchInput {
  return { text: textOf(query.q), order: orderOf(query), viewer, cursor: cursorOf(query) }
}

async function findFor(request: SearchRequest, input: SearchInput): Promise<SearchResult | null> {
  if (isEmpty(parseQuery(input.text))) return null
  await consumeSearch(request)
  return find(request.server.db, input)
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
