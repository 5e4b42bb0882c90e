import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { CacheTag } from '../database/cache-tags.ts'
import { cursorOf, isPastTheEnd } from '../database/cursor.ts'
import { CursorQuery } from '../http/cursor-query.ts'
import { TagParams } from '../http/params.ts'
import { cachedReads } from '../page-cache/freshness.ts'
import { newSubmission } from '../posts/forms.ts'
import { postTags } from '../posts/post.ts'
import { type Crowd, crowdOf } from '../site/crowd.ts'
import { type Sidebar, sidebarTags, siteSidebar, welcomeSidebar } from '../site/sidebar.ts'
import { foldTag, tagPath } from '../text/hashtags.ts'
import { homeTimeline } from './home-queries.ts'
import { exploreTimeline, followedIds, type Timeline, tagTimeline, timelineOf } from './queries.ts'
import homeSettings from './settings-routes.ts'

declare module '../http/views.ts' {
  interface Pages {
    'timelines/welcome': { timeline: Timeline; crowd: Crowd; sidebar: Sidebar | null }
    'timelines/home': {
      timeline: Timeline
      submission: string
      firstDay: boolean
      sidebar: Sidebar | null
    }
    'timelines/explore': { timeline: Timeline; sidebar: Sidebar | null }
    'timelines/tag': { tag: string; timeline: Timeline; sidebar: Sidebar | null }
  }
}

type TimelineRequest = FastifyRequest<{ Querystring: CursorQuery }>
type TagRequest = FastifyRequest<{ Params: TagParams; Querystring: CursorQuery }>

export default async function timelines(app: FastifyInstance) {
  app.register(homeSettings)
  const open = { config: { public: true, cached: true } }
  app.get('/', { ...open, schema: { querystring: CursorQuery } }, showHome)
  app.get('/explore', { ...open, schema: { querystring: CursorQuery } }, showExplore)
  app.get('/tags/:tag', { ...open, schema: { params: TagParams, querystring: CursorQuery } }, showTag)
}

async function showHome(request: TimelineRequest, reply: FastifyReply) {
  const { viewer, server } = request
  if (!viewer) return showWelcome(request, reply)
  const cursor = cursorOf(request.query)
  const [page, sidebar] = await Promise.all([
    homeTimeline(server.db, { viewer }, cursor),
    siteSidebar(request),
  ])
  if (isPastTheEnd(page, cursor)) return reply.redirect('/', 303)
  await request.cacheTags(async () => [
    ...sidebarTags(sidebar),
    ...postTags(page.rows),
    ...(await followedAuthors(request, viewer.id)),
  ])
  const timeline = timelineOf(page, '/')
  const firstDay = Date.now() - viewer.createdAt.getTime() < 24 * 3_600_000
  return reply.page('timelines/home', { timeline, submission: newSubmission(), firstDay, sidebar })
}

async function showWelcome(request: TimelineRequest, reply: FastifyReply) {
  const [page, crowd, sidebar] = await Promise.all([
    exploreTimeline(request.server.db, { viewer: null }, cursorOf({})),
    crowdOf(request),
    welcomeSidebar(request),
  ])
  await request.cacheTags(() => ['posts', ...postTags(page.rows), ...sidebarTags(sidebar)])
  return reply.page('timelines/welcome', { timeline: timelineOf(page, '/explore'), crowd, sidebar })
}

async function showExplore(request: TimelineRequest, reply: FastifyReply) {
  const cursor = cursorOf(request.query)
  const [page, sidebar] = await Promise.all([
    exploreTimeline(request.server.db, { viewer: request.viewer }, cursor),
    siteSidebar(request),
  ])
  if (isPastTheEnd(page, cursor)) return reply.redirect('/explore', 303)
  await request.cacheTags(() => ['posts', ...postTags(page.rows), ...sidebarTags(sidebar)])
  return reply.page('timelines/explore', { timeline: timelineOf(page, '/explore'), sidebar })
}

async function showTag(request: TagRequest, reply: FastifyReply) {
  const tag = foldTag(request.params.tag)
  const cursor = cursorOf(request.query)
  const [page, sidebar] = await Promise.all([
    tagTimeline(request.server.db, { tag, viewer: request.viewer }, cursor),
    siteSidebar(request),
  ])
  if (isPastTheEnd(page, cursor)) return reply.redirect(tagPath(tag), 303)
  await request.cacheTags(() => [`tag:${tag}`, ...postTags(page.rows), ...sidebarTags(sidebar)])
  return reply.page('timelines/tag', { tag, timeline: timelineOf(page, tagPath(tag)), sidebar })
}

const cachedAuthors = cachedReads<number, CacheTag[]>()

/** The lists of posts that Home is made of: asked once, and again when the viewer follows or is followed. */
async function followedAuthors(request: TimelineRequest, viewer: number): Promise<CacheTag[]> {
  const tags = await cachedAuthors(request, {
    key: viewer,
    tags: () => [`viewer:${viewer}`],
    read: async db => {
      const followed = await followedIds(db, { viewer })
      return [`author:${viewer}`, ...followed.map(({ id }): CacheTag => `author:${id}`)]
    },
  })
  return tags ?? []
}
