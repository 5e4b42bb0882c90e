import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type ListQuery, lists, operation, returnsNothing } from '../api/schemas.ts'
import { cursorOf } from '../database/cursor.ts'
import { IdParams } from '../http/params.ts'
import { type MemberRequest, memberRoutes } from '../people/viewer.ts'
import { requirePost } from '../posts/require-post.ts'
import { serializePost } from '../posts/serializer.ts'
import { listQuotes } from './queries.ts'
import { takeOutQuote } from './removal.ts'

type ListRequest = FastifyRequest<{ Params: IdParams; Querystring: ListQuery }>

export default async function quotesApi(app: FastifyInstance) {
  const list = operation('posts', 'listQuotes', 'List the posts that quote a post, newest first', {
    config: { public: true },
    params: IdParams,
    ...lists('Post'),
  })
  const destroy = operation('posts', 'deleteQuote', 'Take the quoted post out of a post, for good', {
    description: 'For the authors of both: the post stays, and nothing tells any more what it quoted.',
    params: IdParams,
    response: { 204: returnsNothing() },
  })
  app.get('/posts/:id/quotes', list, showQuotes)
  memberRoutes(app).delete('/posts/:id/quote', destroy, destroyQuote)
}

async function showQuotes(request: ListRequest, reply: FastifyReply) {
  const { server, viewer, query } = request
  const post = await requirePost(server.db, request)
  const page = await listQuotes(server.db, { post: post.id, viewer }, cursorOf(query))
  return reply.list(page, `/api/posts/${post.id}/quotes`, row => serializePost(row, server.config))
}

async function destroyQuote(request: MemberRequest<{ Params: IdParams }>, reply: FastifyReply) {
  await request.server.db.transaction(tx => takeOutQuote(tx, request))
  return reply.code(204).send()
}
