import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { ListQuery, lists, operation } from '../api/schemas.ts'
import { cursorOf, emptyPage } from '../database/cursor.ts'
import { networkOf } from '../limits/network.ts'
import { serializePost } from '../posts/serializer.ts'
import { serializePerson } from '../profiles/serializer.ts'
import { isEmpty, normalizeQuery, parseQuery } from '../search-index/query.ts'
import { findPeople, findPosts } from './find.ts'
import { searchLimit, searchPath } from './forms.ts'

const text = {
  q: Type.String({
    description:
      'Words, “phrases”, from:susan, to:susan, is:reply, has:image, #tag; a last * matches words that begin so.',
    examples: ['tea from:susan'],
  }),
}
const PeopleQuery = Type.Object({ ...text, ...ListQuery.properties })
const PostsQuery = Type.Object({
  ...PeopleQuery.properties,
  order: Type.Optional(
    Type.Enum(['newest', 'best'], {
      errorKey: 'api.order_unknown',
      description: 'newest (if left out), or best: the best of the newest 1,000.',
    }),
  ),
})
type PeopleRequest = FastifyRequest<{ Querystring: Static<typeof PeopleQuery> }>
type PostsRequest = FastifyRequest<{ Querystring: Static<typeof PostsQuery> }>

export default async function searchApi(app: FastifyInstance) {
  const posts = operation('search', 'searchPosts', 'Search posts', {
    config: { public: true },
    ...lists('Post', PostsQuery),
  })
  const people = operation('search', 'searchPeople', 'Search people', {
    config: { public: true },
    ...lists('Person', PeopleQuery),
  })
  app.get('/search/posts', posts, listPosts)
  app.get('/search/people', people, listPeople)
}

async function listPosts(request: PostsRequest, reply: FastifyReply) {
  const { db, config } = request.server
  const { order = 'newest' } = request.query
  const input = await searchInput(request)
  const query = parseQuery(input.text)
  const found = input.isEmpty ? { query, posts: emptyPage } : await findPosts(db, query, { ...input, order })
  const path = searchPath(found.query.text, order, '/api/search/posts')
  return reply.list(found.posts, path, post => serializePost(post, config))
}

async function listPeople(request: PeopleRequest, reply: FastifyReply) {
  const { db, config } = request.server
  const input = await searchInput(request)
  const page = input.isEmpty ? emptyPage : await findPeople(db, input)
  const path = searchPath(input.text, 'newest', '/api/search/people')
  return reply.list(page, path, person => serializePerson(person, config))
}

/** Consumes the rate limit, unless the query is empty. */
async function searchInput({ server, query, viewer, ip }: PeopleRequest) {
  const text = normalizeQuery(query.q)
  const subject = viewer?.id ?? networkOf(ip)
  const input = { text, isEmpty: isEmpty(parseQuery(text)), viewer, cursor: cursorOf(query) }
  if (!input.isEmpty) await server.db.transaction(tx => server.rateLimits.consume(tx, searchLimit, subject))
  return input
}
