import type { FastifyInstance, FastifyReply } from 'fastify'
import { cursorOf, isPastTheEnd } from '../database/cursor.ts'
import { CursorQuery } from '../http/cursor-query.ts'
import { type MemberRequest, memberRoutes } from '../people/viewer.ts'
import { type Post, postTags } from '../posts/post.ts'
import { answerVerb, type VerbRequest, verbSchema } from '../posts/verbs.ts'
import { type Sidebar, sidebarTags, siteSidebar } from '../site/sidebar.ts'
import { type Timeline, timelineOf } from '../timelines/queries.ts'
import { bookmarkPost, unbookmarkPost } from './bookmarking.ts'
import { bookmarkedTimeline } from './queries.ts'

declare module '../http/views.ts' {
  interface Pages {
    'bookmarks/index': { timeline: Timeline; sidebar: Sidebar | null }
    'bookmarks/_button': { post: Post }
  }
}

type ListRequest = MemberRequest<{ Querystring: CursorQuery }>

export default async function bookmarksPages(app: FastifyInstance) {
  const members = memberRoutes(app)
  members.get('/bookmarks', { config: { cached: true }, schema: { querystring: CursorQuery } }, showBookmarks)
  members.post('/posts/:id/bookmark', { schema: verbSchema }, createBookmark)
  members.post('/posts/:id/bookmark/delete', { schema: verbSchema }, deleteBookmark)
}

async function showBookmarks(request: ListRequest, reply: FastifyReply) {
  const { server, viewer, query } = request
  const cursor = cursorOf(query)
  const [page, sidebar] = await Promise.all([
    bookmarkedTimeline(server.db, { viewer }, cursor),
    siteSidebar(request),
  ])
  if (isPastTheEnd(page, cursor)) return reply.redirect('/bookmarks', 303)
  await request.cacheTags(() => [...postTags(page.rows), ...sidebarTags(sidebar)])
  return reply.page('bookmarks/index', { timeline: timelineOf(page, '/bookmarks'), sidebar })
}

async function createBookmark(request: VerbRequest, reply: FastifyReply) {
  await bookmarkPost(request)
  return answerVerb(request, reply, 'bookmarks/_button')
}

async function deleteBookmark(request: VerbRequest, reply: FastifyReply) {
  await unbookmarkPost(request)
  return answerVerb(request, reply, 'bookmarks/_button')
}
