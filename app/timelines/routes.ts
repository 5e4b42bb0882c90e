import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { CacheTag } from '../database/cache-tags.ts'
import { CursorQuery, cursorOf, isPastTheEnd } from '../database/cursor.ts'
import { suggestPeople } from '../follows/queries.ts'
import { TagParams } from '../http/params.ts'
import { cachedReads } from '../page-cache/freshness.ts'
import type { Person } from '../people/person.ts'
import { newSubmission } from '../posts/forms.ts'
import { postTags } from '../posts/post.ts'
import { foldTag, tagPath } from '../text/hashtags.ts'
import {
  exploreTimeline,
  followedIds,
  homeTimeline,
  type Timeline,
  type TrendingTag,
  tagTimeline,
  timelineOf,
  trendingTags,
} from './queries.ts'

type Sidebar = { suggestions: Person[]; trending: TrendingTag[] }

declare module '../http/views.ts' {
  interface Pages {
    'timelines/welcome': { timeline: Timeline }
    'timelines/home': { timeline: Timeline; submission: string; firstDay: boolean } & Sidebar
    'timelines/explore': { timeline: Timeline } & Sidebar
    'timelines/tag': { tag: string; timeline: Timeline }
  }
}

type TimelineRequest = FastifyRequest<{ Querystring: CursorQuery }>
type TagRequest = FastifyRequest<{ Params: TagParams; Querystring: CursorQuery }>

export default async function timelines(app: FastifyInstance) {
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
    timelineSidebar(request),
  ])
  if (isPastTheEnd(page, cursor)) return reply.redirect('/', 303)
  await request.cacheTags(async () => [
    ...postTags(page.rows),
    ...(await followedAuthors(request, viewer.id)),
  ])
  const timeline = timelineOf(page, '/')
  const firstDay = Date.now() - viewer.createdAt.getTime() < 24 * 3_600_000
  return reply.page('timelines/home', { timeline, submission: newSubmission(), firstDay, ...sidebar })
}

async function showWelcome(request: TimelineRequest, reply: FastifyReply) {
  const page = await exploreTimeline(request.server.db, { viewer: null }, cursorOf({}))
  await request.cacheTags(() => ['posts', ...postTags(page.rows)])
  return reply.page('timelines/welcome', { timeline: timelineOf(page, '/explore') })
}

async function showExplore(request: TimelineRequest, reply: FastifyReply) {
  const cursor = cursorOf(request.query)
  const [page, sidebar] = await Promise.all([
    exploreTimeline(request.server.db, { viewer: request.viewer }, cursor),
    timelineSidebar(request),
  ])
  if (isPastTheEnd(page, cursor)) return reply.redirect('/explore', 303)
  await request.cacheTags(() => ['posts', ...postTags(page.rows)])
  return reply.page('timelines/explore', { timeline: timelineOf(page, '/explore'), ...sidebar })
}

async function showTag(request: TagRequest, reply: FastifyReply) {
  const tag = foldTag(request.params.tag)
  const cursor = cursorOf(request.query)
  const page = await tagTimeline(request.server.db, { tag, viewer: request.viewer }, cursor)
  if (isPastTheEnd(page, cursor)) return reply.redirect(tagPath(tag), 303)
  await request.cacheTags(() => [`tag:${tag}`, ...postTags(page.rows)])
  return reply.page('timelines/tag', { tag, timeline: timelineOf(page, tagPath(tag)) })
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

/** The sidebar may be some seconds old; a person blocked since is not in it. */
const maxAgeMs = 15_000
const cachedSuggestions = cachedReads<number, Person[]>({ maxAgeMs })
const cachedTrending = cachedReads<string, TrendingTag[]>({ maxAgeMs })

async function timelineSidebar(request: TimelineRequest): Promise<Sidebar> {
  const { viewer } = request
  const [suggestions, trending] = await Promise.all([
    viewer &&
      cachedSuggestions(request, {
        key: viewer.id,
        tags: () => [`viewer:${viewer.id}`],
        read: db => suggestPeople(db, viewer),
      }),
    cachedTrending(request, { key: 'trending', tags: () => [], read: db => trendingTags(db, {}) }),
  ])
  return { suggestions: suggestions ?? [], trending: trending ?? [] }
}
