import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { unauthorized } from '../api/bearer.ts'
import { createOnce } from '../api/idempotency.ts'
import { fieldOf, IdempotencyKey, ListQuery, lists, operation, returnsCreated } from '../api/schemas.ts'
import { cursorOf } from '../database/cursor.ts'
import { IdParams } from '../http/params.ts'
import { type MemberRequest, memberRoutes } from '../people/viewer.ts'
import { draftOf } from '../posts/drafts.ts'
import { NewPostBody, postingLimit, validatePostBody } from '../posts/forms.ts'
import { findPost } from '../posts/queries.ts'
import { requirePost } from '../posts/require-post.ts'
import { serializePost } from '../posts/serializer.ts'
import { catchMissing } from '../quotes/publishing.ts'
import { publishReply } from './publishing.ts'
import { listReplies } from './thread-queries.ts'

/** Oldest first, so there is only forward. */
const RepliesQuery = Type.Object({
  after: Type.Optional(
    fieldOf(ListQuery.properties.after, {
      errorKey: 'errors.bad_cursor',
      description: 'The page of later replies that begins here: follow links.next.',
    }),
  ),
  limit: ListQuery.properties.limit,
})
type RepliesQuery = Type.Static<typeof RepliesQuery>

type ListRequest = FastifyRequest<{ Params: IdParams; Querystring: RepliesQuery }>
type CreateRequest = MemberRequest<{ Params: IdParams; Body: NewPostBody }>

export default async function repliesApi(app: FastifyInstance) {
  const list = operation('posts', 'listReplies', 'List the replies to a post, oldest first', {
    config: { public: true },
    description: 'Those that answer it directly: replyCount says where there are more under one of them.',
    params: IdParams,
    ...lists('Post', RepliesQuery),
  })
  const create = operation('posts', 'createReply', 'Reply to a post', {
    config: { validate: validatePostBody },
    headers: IdempotencyKey,
    params: IdParams,
    body: NewPostBody,
    response: { 201: returnsCreated('Post') },
  })
  app.get('/posts/:id/replies', list, showReplies)
  memberRoutes(app).post('/posts/:id/replies', create, createReply)
}

async function showReplies(request: ListRequest, reply: FastifyReply) {
  const { server, viewer, query } = request
  const post = await requirePost(server.db, request)
  const page = await listReplies(server.db, { post: post.id, viewer }, cursorOf(query))
  return reply.list(page, `/api/posts/${post.id}/replies`, row => serializePost(row, server.config))
}

async function createReply(request: CreateRequest, reply: FastifyReply) {
  const { server, viewer, body } = request
  const written = await draftOf({ viewer, server, body, language: viewer.language })
  const draft = { ...written, submission: null }
  return createOnce(request, reply, async tx => {
    const parent = await requirePost(tx, request, 'reply')
    await server.rateLimits.consume(tx, postingLimit, viewer.id)
    const id = await publishReply(tx, { viewer, parent, draft }, new Date()).catch(catchMissing(request))
    const post = await findPost(tx, id, viewer)
    // The account was closed meanwhile: the reply would be invisible, so the transaction is rolled back.
    if (!post) throw unauthorized(reply, 'invalid_token')
    return { location: `/api/posts/${id}`, body: serializePost(post, server.config) }
  })
}
