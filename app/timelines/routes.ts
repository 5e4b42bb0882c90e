import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Topic, topicOfPerson } from '../database/changes.ts'
import { CursorQuery, cursorOf, isPastTheEnd } from '../database/cursor.ts'
import type { Reader } from '../database/database.ts'
import { type SuggestedPerson, suggestPeople } from '../follows/queries.ts'
import { TagParams } from '../http/params.ts'
import { remembering } from '../page-cache/remembering.ts'
import { newSubmission } from '../posts/forms.ts'
import { foldTag, tagPath } from '../text/entities.ts'
import {
  exploreTimeline,
  homeTimeline,
  type TrendingTag,
  tagTimeline,
  topicsOfHome,
  trendingTags,
} from './queries.ts'
import { type Timeline, timelineOf } from './timeline.ts'

type Beside = { suggestions: SuggestedPerson[]; trending: TrendingTag[] }

declare module '../http/views.ts' {
  interface Pages {
    'timelines/welcome': { timeline: Timeline }
    'timelines/home': { timeline: Timeline; submission: string; firstDay: boolean } & Beside
    'timelines/explore': { timeline: Timeline } & Beside
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
  const [page, beside] = await Promise.all([
    homeTimeline(server.db, { viewer: viewer.id }, cursor),
    besideTimeline(request),
    request.pageIsAbout(() => rememberedTopics(request, viewer.id)),
  ])
  if (isPastTheEnd(page, cursor)) return reply.redirect('/', 303)
  const timeline = timelineOf(page, '/')
  const firstDay = Date.now() - viewer.createdAt.getTime() < 24 * 3_600_000
  return reply.page('timelines/home', { timeline, submission: newSubmission(), firstDay, ...beside })
}

async function showWelcome(request: TimelineRequest, reply: FastifyReply) {
  await request.pageIsAbout(() => ['posts'])
  const page = await exploreTimeline(request.server.db, { viewer: 0 }, cursorOf({}))
  return reply.page('timelines/welcome', { timeline: timelineOf(page, '/explore') })
}

async function showExplore(request: TimelineRequest, reply: FastifyReply) {
  const cursor = cursorOf(request.query)
  const [page, beside] = await Promise.all([
    exploreTimeline(request.server.db, { viewer: request.viewer?.id ?? 0 }, cursor),
    besideTimeline(request),
    request.pageIsAbout(() => ['posts']),
  ])
  if (isPastTheEnd(page, cursor)) return reply.redirect('/explore', 303)
  return reply.page('timelines/explore', { timeline: timelineOf(page, '/explore'), ...beside })
}

async function showTag(request: TagRequest, reply: FastifyReply) {
  const tag = foldTag(request.params.tag)
  const cursor = cursorOf(request.query)
  const viewer = request.viewer?.id ?? 0
  await request.pageIsAbout(() => [`tag:${tag}`])
  const page = await tagTimeline(request.server.db, { tag, viewer }, cursor)
  if (isPastTheEnd(page, cursor)) return reply.redirect(tagPath(tag), 303)
  return reply.page('timelines/tag', { tag, timeline: timelineOf(page, tagPath(tag)) })
}

const rememberTopics = remembering<number, Topic[]>()

/** Whom somebody follows is asked once, and again when something about them has changed. */
async function rememberedTopics(request: TimelineRequest, viewerId: number): Promise<Topic[]> {
  const { db } = request.server
  return rememberTopics(db, await request.databaseState(), {
    key: viewerId,
    topics: () => [topicOfPerson(viewerId)],
    read: () => topicsOfHome(db, viewerId),
  })
}

/** What stands beside a timeline may be some seconds old; whoever has been blocked since is not in it. */
const lifetime = 15_000
const rememberSuggestions = remembering<number, SuggestedPerson[]>({ lifetime })
const rememberTrending = remembering<null, TrendingTag[]>({ lifetime })

async function besideTimeline(request: TimelineRequest): Promise<Beside> {
  const { viewer, server } = request
  const { db } = server
  const state = await request.databaseState()
  const [suggestions, trending] = await Promise.all([
    viewer ? rememberSuggestions(db, state, suggestionsFor(db, viewer.id)) : [],
    rememberTrending(db, state, { key: null, topics: () => [], read: () => trendingTags(db) }),
  ])
  return { suggestions, trending }
}

function suggestionsFor(db: Reader, viewerId: number) {
  return {
    key: viewerId,
    topics: () => [topicOfPerson(viewerId)],
    read: () => suggestPeople(db, viewerId),
  }
}
