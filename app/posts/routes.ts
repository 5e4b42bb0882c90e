import type { FastifyInstance, FastifyReply } from 'fastify'
import { Type } from 'typebox'
import type { Writer } from '../database/database.ts'
import { Problem } from '../http/errors.ts'
import type { FieldErrors } from '../http/forms.ts'
import { IdParams } from '../http/params.ts'
import { RateLimitExceeded, tooManyRequests } from '../limits/limits.ts'
import { noteUnknown } from '../mentions/unknown.ts'
import { type MemberRequest, memberRoutes } from '../people/viewer.ts'
import { unquotable } from '../quotes/publishing.ts'
import { publishThread } from '../replies/publishing.ts'
import { keptWords } from '../sessions/interrupted-forms.ts'
import { compose, withPictures } from './composing.ts'
import { chosenQuote, draftOf, draftsOf, pathAfter, withIds, writeWithin } from './drafts.ts'
import { newSubmission, newValues, PostForm, type PostValues, valuesOf } from './forms.ts'
import type { Post } from './post.ts'
import { deletePost, editPost, findPost } from './queries.ts'
import { requirePost } from './require-post.ts'

declare module '../http/views.ts' {
  interface Pages {
    /** `quoted`: what the post is to show as a card. */
    'posts/new': { values: PostValues; quoted?: Post | null; submission: string; errors: FieldErrors }
    'posts/edit': { post: Post; values: PostValues; errors: FieldErrors }
    'posts/delete': { post: Post }
  }
}

const QuoteQuery = Type.Object({ quote: Type.Optional(Type.String()) })
type QuoteQuery = Type.Static<typeof QuoteQuery>

type NewRequest = MemberRequest<{ Querystring: QuoteQuery }>
type OwnRequest = MemberRequest<{ Params: IdParams }>
type EditRequest = MemberRequest<{ Params: IdParams; Body: PostForm }>

export default async function posts(app: FastifyInstance) {
  const members = memberRoutes(app)
  const one = { params: IdParams }
  members.get('/posts/new', { schema: { querystring: QuoteQuery } }, writePost)
  const config = { uploads: true }
  members.post('/posts', { config, schema: { body: PostForm }, attachValidation: true }, createPost)
  members.get('/posts/:id/edit', { schema: one }, showEdit)
  members.post('/posts/:id', { config, schema: { ...one, body: PostForm } }, updatePost)
  members.get('/posts/:id/delete', { schema: one }, confirmDelete)
  members.post('/posts/:id/delete', { schema: one }, destroyPost)
}

async function writePost(request: NewRequest, reply: FastifyReply) {
  const { server, viewer, query } = request
  const kept = await keptWords(request)
  const chosen = chosenQuote({ quote: kept['quote'] ?? query.quote })
  const quoted = (chosen && (await findPost(server.db, chosen, viewer))) || undefined
  const problem = chosen === null ? null : unquotable(quoted)
  if (problem && !kept['body']) throw problem
  return reply.page('posts/new', {
    values: await withPictures(request, newValues(viewer, kept)),
    quoted: problem ? null : (quoted ?? null),
    submission: newSubmission(),
    errors: problem ? { body: sentenceOf(request, problem) } : {},
  })
}

async function createPost(request: MemberRequest<{ Body: PostForm }>, reply: FastifyReply) {
  const { server, viewer } = request
  const find = async (id: number | null) => (id && (await findPost(server.db, id, viewer))) || null
  const { values, errors, again } = await compose(request)
  const { submission = newSubmission() } = request.body
  const form = { values, submission, errors }
  const chosen = chosenQuote(request.body)
  if (again !== null) return reply.code(again).page('posts/new', { ...form, quoted: await find(chosen) })
  const drafts = await draftsOf(request, submission)
  const publish = (tx: Writer) => publishThread(tx, { viewer, drafts }, new Date())
  const published = await writeWithin(request, publish, drafts.length).catch(catchRefusal)
  if (Array.isArray(published)) {
    const note = await noteUnknown(server.db, withIds(published, drafts))
    return reply.flash('posts.published', {}, note).redirect(pathAfter(request.body, published) ?? '/', 303)
  }
  if (published instanceof RateLimitExceeded) {
    errors['body'] = tooManyRequests(reply, published)
    return reply.page('posts/new', { ...form, quoted: await find(chosen) })
  }
  if (published.key === 'images.gone') {
    errors['images'] = request.t(published.key)
    return reply.code(422).page('posts/new', { ...form, quoted: await find(chosen) })
  }
  // Sent again, the words are published without the quote.
  errors['body'] = sentenceOf(request, published)
  return reply.code(published.statusCode).page('posts/new', form)
}

function sentenceOf({ t }: MemberRequest, { key, values }: Problem): string {
  return t(key ?? 'quotes.missing', values)
}

/** For a promise's `catch`: the reason why a post cannot be quoted, or has not the pictures that were chosen. */
function catchRefusal(error: unknown): Problem {
  if (error instanceof Problem) return error
  throw error
}

async function showEdit(request: OwnRequest, reply: FastifyReply) {
  const post = await requirePost(request.server.db, request, 'edit')
  const values = await withPictures(request, valuesOf(post, await keptWords(request)), post)
  return reply.page('posts/edit', { post, values, errors: {} })
}

async function updatePost(request: EditRequest, reply: FastifyReply) {
  const { server, t } = request
  const post = await requirePost(server.db, request, 'edit')
  const { values, errors, again } = await compose(request, post)
  if (again !== null) return reply.code(again).page('posts/edit', { post, values, errors })
  const edit = { ...(await draftOf(request)), id: post.id }
  const write = (tx: Writer) => editPost(tx, edit, new Date())
  const edited = await writeWithin(request, write).catch(catchRefusal)
  if (edited instanceof Problem) {
    if (edited instanceof RateLimitExceeded) errors['body'] = tooManyRequests(reply, edited)
    else errors['images'] = t(edited.key ?? 'images.gone')
    return reply.code(edited.statusCode).page('posts/edit', { post, values, errors })
  }
  if (!edited) throw new Problem(404, 'errors.post_missing')
  const note = await noteUnknown(server.db, [{ ...edit, before: post.body }])
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
