import type { FastifyInstance, FastifyReply } from 'fastify'
import { lists, operation, returnsNothing } from '../api/schemas.ts'
import { IdParams } from '../http/params.ts'
import { type MemberRequest, memberRoutes } from '../people/viewer.ts'
import { listPeople } from '../posts/people.ts'
import { listReposters } from './queries.ts'
import { repost, undoRepost } from './reposting.ts'

type OneRequest = MemberRequest<{ Params: IdParams }>

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
  app.get('/posts/:id/reposts', people, listPeople({ name: 'reposts', list: listReposters }))
  members.put('/posts/:id/repost', operation('reposts', 'repostPost', 'Repost a post', one), createRepost)
  members.delete(
    '/posts/:id/repost',
    operation('reposts', 'undoRepost', 'Undo your repost', one),
    deleteRepost,
  )
}

async function createRepost(request: OneRequest, reply: FastifyReply) {
  await repost(request)
  return reply.code(204).send()
}

async function deleteRepost(request: OneRequest, reply: FastifyReply) {
  await undoRepost(request)
  return reply.code(204).send()
}
