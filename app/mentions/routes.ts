import type { FastifyInstance, FastifyReply } from 'fastify'
import { type Static, Type } from 'typebox'
import { type MemberRequest, memberRoutes } from '../people/viewer.ts'
import { textOf } from '../search/forms.ts'
import { consumeSearch } from '../search/limit.ts'
import { type Candidate, findCandidates } from './queries.ts'

declare module '../http/views.ts' {
  interface Pages {
    'mentions/options': { people: Candidate[] }
  }
}

/** Any query is answered, so the schema refuses nothing. */
const MentionsQuery = Type.Object({ q: Type.Optional(Type.Unknown()), thread: Type.Optional(Type.Unknown()) })
type MentionsRequest = MemberRequest<{ Querystring: Static<typeof MentionsQuery> }>

export default async function mentions(app: FastifyInstance) {
  memberRoutes(app).get('/mentions', { schema: { querystring: MentionsQuery } }, offerPeople)
}

/** What is typed behind an @: a part of a handle or of a name. */
const partOfName = /^[\p{L}\p{M}\p{N}_]{1,64}$/u
const idOfPost = /^\d{1,15}$/

/** The people who may be meant, for the list under a composer; `thread` is the post that is answered. */
async function offerPeople(request: MentionsRequest, reply: FastifyReply) {
  const { server, query, viewer } = request
  const [typed, thread] = [textOf(query.q), textOf(query.thread)]
  reply.header('cache-control', 'no-store')
  if (!partOfName.test(typed)) return reply.fragment('mentions/options', { people: [] })
  await consumeSearch(request)
  const post = idOfPost.test(thread) ? Number(thread) : null
  return reply.fragment('mentions/options', {
    people: await findCandidates(server.db, { typed, post, viewer }),
  })
}
