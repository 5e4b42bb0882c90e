import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { cursorOf } from '../database/cursor.ts'
import type { Writer } from '../database/database.ts'
import { CursorQuery } from '../http/cursor-query.ts'
import { Problem } from '../http/errors.ts'
import type { FieldErrors } from '../http/forms.ts'
import { IdParams } from '../http/params.ts'
import { RateLimitExceeded, tooManyRequests } from '../limits/limits.ts'
import { noteUnknown } from '../mentions/unknown.ts'
import { type MemberRequest, memberRoutes } from '../people/viewer.ts'
import { compose, withPictures } from '../posts/composing.ts'
import { draftsOf, pathAfter, withIds, writeWithin } from '../posts/drafts.ts'
import { newSubmission, newValues, PostForm, type PostValues } from '../posts/forms.ts'
import { type Post, postTags } from '../posts/post.ts'
import { findPost } from '../posts/queries.ts'
import { requirePost } from '../posts/require-post.ts'
import { keptWords } from '../sessions/interrupted-forms.ts'
import { postSidebar, type Sidebar, sidebarTags } from '../site/sidebar.ts'
import { publishThread } from './publishing.ts'
import { findThread, pageSize, type Thread } from './thread-queries.ts'

declare module '../http/views.ts' {
  interface Pages {
    'replies/thread': {
      post: Post
      thread: Thread
      next: string | null
      submission: string
      sidebar: Sidebar | null
    }
    'replies/new': { post: Post; values: PostValues; submission: string; errors: FieldErrors }
  }
}

type ThreadRequest = FastifyRequest<{ Params: IdParams; Querystring: AfterQuery }>
type WriteRequest = MemberRequest<{ Params: IdParams }>
type ReplyRequest = MemberRequest<{ Params: IdParams; Body: PostForm }>

const AfterQuery = Type.Pick(CursorQuery, ['after'])
type AfterQuery = Type.Static<typeof AfterQuery>

export default async function replies(app: FastifyInstance) {
  const members = memberRoutes(app)
  const open = { config: { public: true, cached: true } }
  app.get('/posts/:id', { ...open, schema: { params: IdParams, querystring: AfterQuery } }, showThread)
  members.get('/posts/:id/replies/new', { schema: { params: IdParams } }, writeReply)
  const taking = { config: { uploads: true }, schema: { params: IdParams, body: PostForm } }
  members.post('/posts/:id/replies', taking, createReply)
}

/** A post, what it answers and what answers it. */
async function showThread(request: ThreadRequest, reply: FastifyReply) {
  const { server, viewer, query } = request
  const post = await requirePost(server.db, request)
  const cursor = query.after === undefined ? null : cursorOf(query)
  const thread = await findThread(server.db, post, { viewer, cursor })
  const sidebar = await postSidebar(request, post)
  await request.cacheTags(() => [
    `author:${post.author.id}`,
    ...postTags([post, ...postsOf(thread)]),
    ...sidebarTags(sidebar),
  ])
  const next = thread.next && `/posts/${post.id}?after=${thread.next.time.getTime()}-${thread.next.id}`
  return reply.page('replies/thread', { post, thread, next, submission: newSubmission(), sidebar })
}

function postsOf({ above, below }: Thread): Post[] {
  return [...above, ...below, ...below.flatMap(({ replies }) => replies)].flatMap(({ post }) => post ?? [])
}

async function writeReply(request: WriteRequest, reply: FastifyReply) {
  const post = await requirePost(request.server.db, request, 'reply')
  return reply.page('replies/new', {
    post,
    values: await withPictures(request, newValues(request.viewer, await keptWords(request))),
    submission: newSubmission(),
    errors: {},
  })
}

/** Where a new reply is seen: under what it answers, or on its own page if others fill the first page there. */
function pathOf(post: Post, replyId: number): string {
  return post.replyCount < pageSize ? `/posts/${post.id}#post-${replyId}` : `/posts/${replyId}`
}

async function createReply(request: ReplyRequest, reply: FastifyReply) {
  const { server, viewer } = request
  const post = await findPost(server.db, request.params.id, viewer)
  const { values, errors, again } = await compose(request)
  if (!post) return offerAsPost(request, reply, values)
  const { submission = newSubmission() } = request.body
  const form = { post, values, submission, errors }
  if (again !== null) return reply.code(again).page('replies/new', form)
  const drafts = await draftsOf(request, `${submission} ${post.id}`)
  const publish = (tx: Writer) => publishThread(tx, { viewer, parent: post, drafts }, new Date())
  const published = await writeWithin(request, publish, drafts.length).catch(catchRefusal)
  if (Array.isArray(published)) {
    const note = await noteUnknown(server.db, withIds(published, drafts))
    const path = pathAfter(request.body, published) ?? pathOf(post, published[0] as number)
    return reply.flash('posts.published', {}, note).redirect(path, 303)
  }
  if (published.statusCode === 404) return offerAsPost(request, reply, values)
  if (published instanceof RateLimitExceeded) errors['body'] = tooManyRequests(reply, published)
  else if (published.key === 'images.gone') errors['images'] = request.t(published.key)
  else errors['body'] = request.t(published.key ?? 'errors.detail_403', published.values)
  return reply.code(published.statusCode).page('replies/new', form)
}

/** The words of a reply to a post that is not there any more, to be published by themselves. */
function offerAsPost({ t }: ReplyRequest, reply: FastifyReply, values: PostValues) {
  const errors = { body: t('replies.missing') }
  return reply.code(404).page('posts/new', { values, submission: newSubmission(), errors })
}

/** For a promise's `catch`: what is answered is gone, or may not be answered any more, or a picture is gone. */
function catchRefusal(error: unknown): Problem {
  if (error instanceof Problem && [403, 404, 422].includes(error.statusCode)) return error
  throw error
}
