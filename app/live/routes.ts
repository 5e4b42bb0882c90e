import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { cursorOf } from '../database/cursor.ts'
import { CursorQuery } from '../http/cursor-query.ts'
import { Problem } from '../http/errors.ts'
import { IdParams } from '../http/params.ts'
import { isSameOrigin } from '../http/same-origin.ts'
import type { PageOptions } from '../noun.ts'
import { type MemberRequest, memberRoutes } from '../people/viewer.ts'
import type { Post } from '../posts/post.ts'
import { requirePost } from '../posts/require-post.ts'
import { newReplies } from '../replies/new-replies-queries.ts'
import { sessionOf } from '../sessions/plugin.ts'
import { homeTimeline } from '../timelines/home-queries.ts'
import { SseHub, type SseHubOptions } from './hub.ts'
import { over, Stream } from './stream.ts'

declare module '../http/views.ts' {
  interface Pages {
    'live/posts': {
      posts: Post[]
      /** There are more, and Home had better be loaded again. */
      more: boolean
      path: string
    }
  }
}

declare module '../noun.ts' {
  interface PageOptions {
    live?: SseHubOptions
  }
}

const LiveQuery = Type.Object({
  /** Who the page is for: it may be an old one, and another person signed in by now. */
  user: Type.Optional(Type.Integer()),
  /** The first post of the thread that the page shows. */
  thread: Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })),
})
type LiveQuery = Type.Static<typeof LiveQuery>

type LiveRequest = MemberRequest<{ Querystring: LiveQuery }>

/** Browsers share one stream among their tabs; a person with more than so many is no browser. */
const maxStreams = 20

export default async function live(app: FastifyInstance, options: PageOptions) {
  const hub = new SseHub(app, options.live ?? {})
  app.addHook('onClose', () => hub.close())
  const members = memberRoutes(app)
  // A script asks for them, by itself.
  const config = { touchSession: false }
  const stream = { config, exposeHeadRoute: false, schema: { querystring: LiveQuery } }
  members.get('/live', { ...stream, onRequest: endForVisitors }, openStream(hub))
  members.get(
    '/live/posts/:id/replies',
    { config, schema: { params: IdParams, querystring: CursorQuery } },
    showNewReplies,
  )
  members.get('/live/posts', { config, schema: { querystring: CursorQuery } }, showNewPosts)
}

/** Tells a browser whose session has ended not to reconnect; after a plain refusal it would try for ever. */
async function endForVisitors({ viewer, headers }: FastifyRequest, reply: FastifyReply) {
  if (viewer || !headers.accept?.includes('text/event-stream')) return
  return reply.type('text/event-stream').header('cache-control', 'no-store').send(over)
}

function openStream(hub: SseHub) {
  return async (request: LiveRequest, reply: FastifyReply) => {
    const { id } = request.viewer
    const session = sessionOf(request)
    if (!isSameOrigin(request)) throw new Problem(403)
    if (request.query.user !== undefined && request.query.user !== id)
      return reply.type('text/event-stream').send(over)
    if (hub.countOf(id) >= maxStreams) throw new Problem(429)
    const { thread } = request.query
    const owner = { userId: id, sessionId: session.id, expiresAt: session.expiresAt, t: request.t, thread }
    const stream = new Stream(reply.raw, owner)
    begin(reply)
    request.server.onShutdown(reply.raw, () => stream.end())
    reply.raw.once('close', () => hub.leave(stream))
    hub.join(stream)
  }
}

/** Sends the headers at once, past Fastify, which would wait for the end of the answer. */
function begin(reply: FastifyReply): void {
  reply.hijack()
  reply.raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    // nginx would buffer the events.
    'x-accel-buffering': 'no',
  })
  // Browsers that lost their streams at the same moment reconnect one after the other.
  reply.raw.write(`retry: ${2_000 + Math.floor(Math.random() * 3_000)}\n\n`)
}

/** The posts that have come to Home since its newest one, for its script to insert. */
async function showNewPosts(request: MemberRequest<{ Querystring: CursorQuery }>, reply: FastifyReply) {
  const { server, viewer, query } = request
  const { rows, newer } = await homeTimeline(server.db, { viewer }, cursorOf(query))
  return reply.fragment('live/posts', { posts: newer ? [] : rows, more: newer !== null, path: '/' })
}

type RepliesRequest = MemberRequest<{ Params: IdParams; Querystring: CursorQuery }>

/** What has been answered under a post since its page was made, oldest first. */
async function showNewReplies(request: RepliesRequest, reply: FastifyReply) {
  const { server, viewer, query } = request
  const post = await requirePost(server.db, request)
  const { rows, newer } = await newReplies(server.db, { post, viewer }, cursorOf(query))
  const posts = newer ? [] : rows.toReversed()
  return reply.fragment('live/posts', { posts, more: newer !== null, path: `/posts/${post.id}` })
}
