import type { FastifyInstance, FastifyReply } from 'fastify'
import { Problem } from '../http/errors.ts'
import { type FieldErrors, hasFieldErrors } from '../http/forms.ts'
import { IdParams } from '../http/params.ts'
import { RateLimitExceeded, tooManyRequests } from '../limits/limits.ts'
import { noteUnknown } from '../mentions/unknown.ts'
import { type MemberRequest, memberRoutes } from '../people/viewer.ts'
import { keptWords } from '../sessions/interrupted-forms.ts'
import { draftOf, writeWithin } from './drafts.ts'
import {
  newSubmission,
  newValues,
  PostForm,
  type PostValues,
  submissionDigest,
  validatePost,
  valuesOf,
} from './forms.ts'
import type { Post } from './post.ts'
import { deletePost, editPost, findPost, publishPost } from './queries.ts'
import { requirePost } from './require-post.ts'

declare module '../http/views.ts' {
  interface Pages {
    'posts/new': { values: PostValues; submission: string; errors: FieldErrors }
    'posts/edit': { post: Post; values: PostValues; errors: FieldErrors }
    'posts/delete': { post: Post }
  }
}

type OwnRequest = MemberRequest<{ Params: IdParams }>
type EditRequest = MemberRequest<{ Params: IdParams; Body: PostForm }>

export default async function posts(app: FastifyInstance) {
  const members = memberRoutes(app)
  const one = { params: IdParams }
  members.get('/posts/new', writePost)
  members.post('/posts', { schema: { body: PostForm }, attachValidation: true }, createPost)
  members.get('/posts/:id/edit', { schema: one }, showEdit)
  members.post('/posts/:id', { schema: { ...one, body: PostForm } }, updatePost)
  members.get('/posts/:id/delete', { schema: one }, confirmDelete)
  members.post('/posts/:id/delete', { schema: one }, destroyPost)
}

async function writePost(request: MemberRequest, reply: FastifyReply) {
  const values = newValues(request.viewer, await keptWords(request))
  return reply.page('posts/new', { values, submission: newSubmission(), errors: {} })
}

async function createPost(request: MemberRequest<{ Body: PostForm }>, reply: FastifyReply) {
  const errors = validatePost(request)
  const { submission = newSubmission() } = request.body
  const form = { values: newValues(request.viewer, request.body), submission, errors }
  if (hasFieldErrors(errors)) return reply.code(422).page('posts/new', form)
  const draft = await draftOf(request)
  const digest = submissionDigest(draft.userId, { body: draft.body, submission })
  const post = { ...draft, submission: digest }
  const published = await writeWithin(request, tx => publishPost(tx, post, new Date()))
  if (!(published instanceof RateLimitExceeded)) {
    const note = await noteUnknown(request.server.db, [{ id: published, body: draft.body }])
    return reply.flash('posts.published', {}, note).redirect('/', 303)
  }
  errors['body'] = tooManyRequests(reply, published)
  return reply.page('posts/new', form)
}

async function showEdit(request: OwnRequest, reply: FastifyReply) {
  const post = await requirePost(request.server.db, request, 'edit')
  return reply.page('posts/edit', { post, values: valuesOf(post, await keptWords(request)), errors: {} })
}

async function updatePost(request: EditRequest, reply: FastifyReply) {
  const post = await requirePost(request.server.db, request, 'edit')
  const errors = validatePost(request, post.language)
  const values = valuesOf(post, request.body)
  if (hasFieldErrors(errors)) return reply.code(422).page('posts/edit', { post, values, errors })
  const edit = { ...(await draftOf(request)), id: post.id }
  const edited = await writeWithin(request, tx => editPost(tx, edit, new Date()))
  if (edited instanceof RateLimitExceeded) {
    errors['body'] = tooManyRequests(reply, edited)
    return reply.page('posts/edit', { post, values, errors })
  }
  if (!edited) throw new Problem(404, 'errors.post_missing')
  const note = await noteUnknown(request.server.db, [{ ...edit, before: post.body }])
  return reply.flash('posts.saved', {}, note).redirect(`/posts/${post.id}`, 303)
}

async function confirmDelete(request: OwnRequest, reply: FastifyReply) {
  return reply.page('posts/delete', { post: await requirePost(request.server.db, request, 'delete') })
}

/** Deleting what is already gone is harmless: the second of two clicks is told the same. */
async function destroyPost(request: OwnRequest, reply: FastifyReply) {
  const { server, params, viewer } = request
  const post = await findPost(server.db, params.id, viewer)
  if (post && !post.can.delete) throw new Problem(403)
  if (post) await server.db.transaction(tx => deletePost(tx, { id: post.id, userId: post.author.id }))
  return reply.flash('posts.deleted').redirect('/', 303)
}
