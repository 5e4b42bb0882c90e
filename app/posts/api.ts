import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { unauthorized } from '../api/bearer.ts'
import { requireUnchanged } from '../api/conditions.ts'
import { createOnce } from '../api/idempotency.ts'
import { FieldProblem } from '../api/problems.ts'
import {
  IdempotencyKey,
  IfMatch,
  operation,
  returns,
  returnsCreated,
  returnsNothing,
} from '../api/schemas.ts'
import { IdParams } from '../http/params.ts'
import { type MemberRequest, memberRoutes } from '../people/viewer.ts'
import { catchMissing, publishQuoting } from '../quotes/publishing.ts'
import { draftOf } from './drafts.ts'
import {
  NewPostBody,
  PostBody,
  postingLimit,
  validateEditBody,
  validatePost,
  validatePostBody,
} from './forms.ts'
import type { Post } from './post.ts'
import { deletePost, editPost, findPost } from './queries.ts'
import { requirePost } from './require-post.ts'
import { serializePost } from './serializer.ts'

type OneRequest = FastifyRequest<{ Params: IdParams }>
type CreateRequest = MemberRequest<{ Body: NewPostBody }>
type UpdateRequest = MemberRequest<{ Params: IdParams; Body: PostBody }>

export default async function postsApi(app: FastifyInstance) {
  const members = memberRoutes(app)
  const onePost = { params: IdParams, response: { 200: returns('Post') } }
  const create = operation('posts', 'createPost', 'Publish a post', {
    config: { validate: validatePostBody },
    headers: IdempotencyKey,
    body: NewPostBody,
    response: { 201: returnsCreated('Post') },
  })
  const show = operation('posts', 'getPost', 'Show a post', { config: { public: true }, ...onePost })
  const update = operation('posts', 'updatePost', 'Edit your post', {
    config: { validate: validateEditBody },
    headers: IfMatch,
    body: PostBody,
    ...onePost,
  })
  const destroy = operation('posts', 'deletePost', 'Delete your post', {
    headers: IfMatch,
    params: IdParams,
    response: { 204: returnsNothing() },
  })
  members.post('/posts', create, createPost)
  app.get('/posts/:id', show, showPost)
  members.put('/posts/:id', update, updatePost)
  members.delete('/posts/:id', destroy, destroyPost)
}

async function createPost(request: CreateRequest, reply: FastifyReply) {
  const { viewer, server, body } = request
  const written = await draftOf({ viewer, server, body, language: viewer.language })
  const draft = { ...written, submission: null }
  return createOnce(request, reply, async tx => {
    await request.server.rateLimits.consume(tx, postingLimit, draft.userId)
    const id = await publishQuoting(tx, { viewer, draft }, new Date()).catch(catchMissing(request))
    const post = await findPost(tx, id, viewer)
    // The account was closed meanwhile: the post would be invisible, so the transaction is rolled back.
    if (!post) throw unauthorized(reply, 'invalid_token')
    return { location: `/api/posts/${id}`, body: serializePost(post, request.server.config) }
  })
}

async function showPost(request: OneRequest, reply: FastifyReply) {
  const post = await requirePost(request.server.db, request)
  return reply.resource(serializePost(post, request.server.config))
}

async function updatePost(request: UpdateRequest, reply: FastifyReply) {
  const { viewer, server, body } = request
  const { config, db } = server
  const draft = await draftOf({ viewer, server, body, language: viewer.language })
  const edited = await db.transaction(async tx => {
    const post = await requirePost(tx, request, 'edit')
    requireUnchanged(request, serializePost(post, config))
    const { body: blank } = validatePost(request, post)
    if (blank) throw new FieldProblem(422, { body: blank })
    await request.server.rateLimits.consume(tx, postingLimit, draft.userId)
    await editPost(tx, { ...draft, id: post.id }, new Date()).catch(catchMissing(request))
    return (await findPost(tx, post.id, viewer)) as Post
  })
  return reply.resource(serializePost(edited, config))
}

async function destroyPost(request: MemberRequest<{ Params: IdParams }>, reply: FastifyReply) {
  await request.server.db.transaction(async tx => {
    const post = await requirePost(tx, request, 'delete')
    requireUnchanged(request, serializePost(post, request.server.config))
    await deletePost(tx, { id: post.id, userId: post.author.id })
  })
  return reply.code(204).send()
}
