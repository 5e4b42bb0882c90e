import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { cursorOf, isPastTheEnd } from '../database/cursor.ts'
import { CursorQuery } from '../http/cursor-query.ts'
import { IdParams } from '../http/params.ts'
import { returnPath } from '../http/return-path.ts'
import { type MemberRequest, memberRoutes } from '../people/viewer.ts'
import { type Post, postTags } from '../posts/post.ts'
import { requirePost } from '../posts/require-post.ts'
import { NextQuery } from '../sessions/forms.ts'
import { postSidebar, type Sidebar, sidebarTags } from '../site/sidebar.ts'
import { type Timeline, timelineOf } from '../timelines/queries.ts'
import { listQuotes } from './queries.ts'
import { takeOutQuote } from './removal.ts'

declare module '../http/views.ts' {
  interface Pages {
    'quotes/index': { post: Post; timeline: Timeline; sidebar: Sidebar | null }
  }
}

type ListRequest = FastifyRequest<{ Params: IdParams; Querystring: CursorQuery }>
type RemoveRequest = MemberRequest<{ Params: IdParams; Body: NextQuery }>

export default async function quotes(app: FastifyInstance) {
  const open = { public: true, cached: true }
  app.get(
    '/posts/:id/quotes',
    { config: open, schema: { params: IdParams, querystring: CursorQuery } },
    showQuotes,
  )
  memberRoutes(app).post(
    '/posts/:id/quote/delete',
    { schema: { params: IdParams, body: NextQuery } },
    deleteQuote,
  )
}

async function showQuotes(request: ListRequest, reply: FastifyReply) {
  const { server, viewer, query } = request
  const post = await requirePost(server.db, request)
  const cursor = cursorOf(query)
  const [page, sidebar] = await Promise.all([
    listQuotes(server.db, { post: post.id, viewer }, cursor),
    postSidebar(request, post),
  ])
  const path = `/posts/${post.id}/quotes`
  if (isPastTheEnd(page, cursor)) return reply.redirect(path, 303)
  await request.cacheTags(() => [...postTags([post, ...page.rows]), ...sidebarTags(sidebar)])
  return reply.page('quotes/index', { post, timeline: timelineOf(page, path), sidebar })
}

async function deleteQuote(request: RemoveRequest, reply: FastifyReply) {
  await request.server.db.transaction(tx => takeOutQuote(tx, request))
  const { params, body } = request
  return reply
    .flash('quotes.removed')
    .redirect(`${returnPath(body.next ?? `/posts/${params.id}`)}#post-${params.id}`, 303)
}
