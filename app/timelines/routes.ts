import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { CursorQuery, cursorOf, isPastTheEnd } from '../database/cursor.ts'
import { type SuggestedPerson, suggestPeople } from '../follows/queries.ts'
import { newSubmission } from '../posts/forms.ts'
import { foldTag, tagPath } from '../posts/text.ts'
import { TagParams } from './forms.ts'
import { exploreTimeline, homeTimeline, type TrendingTag, tagTimeline, trendingTags } from './queries.ts'
import { type Timeline, timelineOf } from './timeline.ts'

type Beside = { suggestions: SuggestedPerson[]; trending: TrendingTag[] }

declare module '../plugins/views.ts' {
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
  ])
  if (isPastTheEnd(page, cursor)) return reply.redirect('/', 303)
  const timeline = timelineOf(page, '/')
  const firstDay = Date.now() - viewer.createdAt.getTime() < 24 * 3_600_000
  return reply.page('timelines/home', { timeline, submission: newSubmission(), firstDay, ...beside })
}

async function showWelcome({ server }: TimelineRequest, reply: FastifyReply) {
  const page = await exploreTimeline(server.db, { viewer: 0 }, cursorOf({}))
  return reply.page('timelines/welcome', { timeline: timelineOf(page, '/explore') })
}

async function showExplore(request: TimelineRequest, reply: FastifyReply) {
  const cursor = cursorOf(request.query)
  const [page, beside] = await Promise.all([
    exploreTimeline(request.server.db, { viewer: request.viewer?.id ?? 0 }, cursor),
    besideTimeline(request),
  ])
  if (isPastTheEnd(page, cursor)) return reply.redirect('/explore', 303)
  return reply.page('timelines/explore', { timeline: timelineOf(page, '/explore'), ...beside })
}

async function showTag(request: TagRequest, reply: FastifyReply) {
  const tag = foldTag(request.params.tag)
  const cursor = cursorOf(request.query)
  const viewer = request.viewer?.id ?? 0
  const page = await tagTimeline(request.server.db, { tag, viewer }, cursor)
  if (isPastTheEnd(page, cursor)) return reply.redirect(tagPath(tag), 303)
  return reply.page('timelines/tag', { tag, timeline: timelineOf(page, tagPath(tag)) })
}

async function besideTimeline({ viewer, server }: TimelineRequest): Promise<Beside> {
  const [suggestions, trending] = await Promise.all([
    viewer ? suggestPeople(server.db, viewer.id) : [],
    trendingTags(server.db),
  ])
  return { suggestions, trending }
}
