import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ListQuery, lists, operation, returnsNothing } from '../api/schemas.ts'
import { cursorOf } from '../database/cursor.ts'
import { IdParams } from '../http/params.ts'
import { type MemberRequest, memberRoutes } from '../people/viewer.ts'
import { requirePost } from '../posts/require-post.ts'
import { serializePerson } from '../profiles/serializer.ts'
import { listReposters } from './queries.ts'
import { repost, undoRepost } from './reposting.ts'

type OneRequest = MemberRequest<{ Params: IdParams }>
type PeopleRequest = FastifyRequest<{ Params: IdParams; Querystring: ListQuery }>

export default async function repostsApi(app: FastifyInstance) {
  const members = memberRoutes(app)
  const one = { params: IdParams, response: { 204: returnsNothing() } }
  const people = operation(
    'reposts',
    'listReposters',
    'List the people who have reposted a post, newest first',
    {
      config: { public: true },
      params: IdParams,
      ...lists('Person'),
    },
  )
  app.get('/posts/:id/reposts', people, showReposters)
  members.put('/posts/:id/repost', operation('reposts', 'repostPost', 'Repost a post', one), createRepost)
  members.delete(
    '/posts/:id/repost',
    operation('reposts', 'undoRepost', 'Undo your repost', one),
    deleteRepost,
  )
}

async function showReposters(request: PeopleRequest, reply: FastifyReply) {
  const { server, viewer, query } = request
  const post = await requirePost(server.db, request)
  const page = await listReposters(server.db, { post: post.id, viewer }, cursorOf(query))
  return reply.list(page, `/api/posts/${post.id}/reposts`, person => serializePerson(person, server.config))
}

async function createRepost(request: OneRequest, reply: FastifyReply) {
  await repost(request)
  return reply.code(204).send()
}

async function deleteRepost(request: OneRequest, reply: FastifyReply) {
  await undoRepost(request)
  return reply.code(204).send()
}
