import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { CursorQuery, cursorOf } from '../database/cursor.ts'
import { Problem } from '../http/errors.ts'
import { isSameOrigin } from '../http/same-origin.ts'
import type { PageOptions } from '../noun.ts'
import { type MemberRequest, memberRoutes } from '../people/viewer.ts'
import type { Post } from '../posts/post.ts'
import { sessionOf } from '../sessions/plugin.ts'
import { homeTimeline } from '../timelines/queries.ts'
import { Broadcast, type BroadcastOptions } from './broadcast.ts'
import { LiveQuery } from './forms.ts'
import { placeOf, placeSince } from './place.ts'
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
    live?: BroadcastOptions
  }
}

type LiveRequest = MemberRequest<{ Querystring: LiveQuery }>

/** Browsers share one stream among their tabs; past so many they are no browsers any more. */
const mostStreams = 20

export default async function live(app: FastifyInstance, options: PageOptions) {
  const broadcast = new Broadcast(app, options.live ?? {})
  app.addHook('onClose', () => broadcast.close())
  const members = memberRoutes(app)
  const stream = {
    config: { touchSession: false },
    exposeHeadRoute: false,
    schema: { querystring: LiveQuery },
  }
  members.get('/live', { ...stream, onRequest: turnAway }, openStream(broadcast))
  members.get('/live/posts', { schema: { querystring: CursorQuery } }, showNewPosts)
}

/** Tells a browser whose session has ended not to come back; a plain refusal would be no end to its trying. */
async function turnAway({ viewer, headers }: FastifyRequest, reply: FastifyReply) {
  if (viewer || !headers.accept?.includes('text/event-stream')) return
  return reply.type('text/event-stream').header('cache-control', 'no-store').send(over)
}

function openStream(broadcast: Broadcast) {
  return async (request: LiveRequest, reply: FastifyReply) => {
    const { id } = request.viewer
    const session = sessionOf(request)
    if (!isSameOrigin(request)) throw new Problem(403)
    if (request.query.user !== undefined && request.query.user !== id)
      return reply.type('text/event-stream').send(over)
    if (broadcast.countOf(id) >= mostStreams) throw new Problem(429)
    const owner = { userId: id, sessionId: session.id, expiresAt: session.expiresAt, t: request.t }
    const stream = new Stream(reply.raw, owner, placeIn(request))
    begin(reply)
    request.server.onShutdown(reply.raw, () => stream.end())
    reply.raw.once('close', () => broadcast.leave(stream))
    broadcast.join(stream)
  }
}

/** Where the stream goes on: a browser that lost it says where it was, and a page says when it was made. */
function placeIn({ headers, query }: LiveRequest) {
  const given = headers['last-event-id'] ?? query.after
  return (given && placeOf(String(given))) || placeSince(Date.now())
}

/** Answers at once, by itself: what follows has no end that Fastify could wait for. */
function begin(reply: FastifyReply): void {
  reply.hijack()
  reply.raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    // nginx would gather what it should pass on.
    'x-accel-buffering': 'no',
  })
  // Browsers that lost their streams at the same moment come back one after the other.
  reply.raw.write(`retry: ${2_000 + Math.floor(Math.random() * 3_000)}\n\n`)
}

/** The posts that have come to Home since its newest one, for its script to insert. */
async function showNewPosts(request: MemberRequest<{ Querystring: CursorQuery }>, reply: FastifyReply) {
  const { server, viewer, query } = request
  const { rows, newer } = await homeTimeline(server.db, { viewer }, cursorOf(query))
  return reply.fragment('live/posts', { posts: newer ? [] : rows, more: newer !== null, path: '/' })
}
