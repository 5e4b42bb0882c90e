import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { entityTag, isAmong } from '../api/conditions.ts'
import { cursorOf } from '../database/cursor.ts'
import compression from '../http/compression.ts'
import { Problem, statusOf } from '../http/errors.ts'
import { IdParams, TagParams, UsernameParams } from '../http/params.ts'
import { negotiateLanguage } from '../locales/negotiate.ts'
import { translate } from '../locales/translate.ts'
import { requirePost } from '../posts/require-post.ts'
import { requireProfile } from '../profiles/require-profile.ts'
import { newestInThread } from '../replies/thread-queries.ts'
import { foldTag } from '../text/hashtags.ts'
import { foldName } from '../text/normalize.ts'
import { authorTimeline, profileTimeline, tagTimeline } from '../timelines/queries.ts'
import { atomOf, atomType } from './atom.ts'
import { type Feed, feedOfPerson, feedOfTag, feedOfThread } from './feed.ts'
import { jsonFeedOf, jsonFeedType } from './json-feed.ts'

const RepliesQuery = Type.Object({ replies: Type.Optional(Type.String()) })
type RepliesQuery = Type.Static<typeof RepliesQuery>
type ProfileRequest = FastifyRequest<{ Params: UsernameParams; Querystring: RepliesQuery }>
type ThreadRequest = FastifyRequest<{ Params: IdParams }>
type TagRequest = FastifyRequest<{ Params: TagParams }>

/** Without cookies, because feeds are publicly cached. */
export default async function feeds(app: FastifyInstance) {
  app.register(compression)
  app.setErrorHandler((error: FastifyError, request, reply) => refuse(error, request, reply))
  const ofProfile = { schema: { params: UsernameParams, querystring: RepliesQuery } }
  app.get('/@:username/feed.atom', ofProfile, showProfileFeed)
  app.get('/@:username/feed.json', ofProfile, showProfileFeed)
  app.get('/tags/:tag/feed.atom', { schema: { params: TagParams } }, showTagFeed)
  app.get('/tags/:tag/feed.json', { schema: { params: TagParams } }, showTagFeed)
  app.get('/posts/:id/feed.atom', { schema: { params: IdParams } }, showThreadFeed)
  app.get('/posts/:id/feed.json', { schema: { params: IdParams } }, showThreadFeed)
}

async function showProfileFeed(request: ProfileRequest, reply: FastifyReply) {
  const { db, config } = request.server
  const { username } = request.params
  const person = await requireProfile(db, request, null)
  // A former username redirects to the feed of the current one.
  if (foldName(person.username) !== foldName(username))
    return reply.redirect(request.url.replace(/^\/@[^/]+/, `/@${person.username}`))
  const withReplies = request.query.replies === '1'
  const timeline = withReplies ? authorTimeline : profileTimeline
  const { rows } = await timeline(db, { user: person.id, viewer: null }, cursorOf({}))
  return sendFeed(request, reply, feedOfPerson({ ...person, withReplies }, rows, config))
}

async function showTagFeed(request: TagRequest, reply: FastifyReply) {
  const { db, config } = request.server
  const tag = foldTag(request.params.tag)
  const { rows } = await tagTimeline(db, { tag, viewer: null }, cursorOf({}))
  return sendFeed(request, reply, feedOfTag(tag, rows, config))
}

async function showThreadFeed(request: ThreadRequest, reply: FastifyReply) {
  const { server, params } = request
  const { db, config } = server
  const post = await requirePost(db, { params, viewer: null })
  return sendFeed(request, reply, feedOfThread(post, await newestInThread(db, post, null), config))
}

/** Feeds are cached for five minutes, then revalidated by their ETag: no date tells of a deletion or another name. */
function sendFeed(request: FastifyRequest, reply: FastifyReply, content: Feed) {
  const address = (image: string) => content.siteUrl + request.server.asset(`images/${image}`)
  const icons = content.icons ?? { favicon: address('icon-192.png'), icon: address('icon-512.png') }
  const feed = { ...content, ...icons }
  const isAtom = request.routeOptions.url?.endsWith('.atom')
  const text = isAtom ? atomOf(feed) : jsonFeedOf(feed)
  const tag = `W/${entityTag({ text })}`
  reply.header('etag', tag)
  reply.header('cache-control', 'public, max-age=300').header('vary', 'Accept-Encoding')
  if (isAmong(request.headers['if-none-match'], tag.replace('W/', ''))) return reply.code(304).send()
  return reply.type(isAtom ? atomType : jsonFeedType).send(text)
}

/** Errors of feeds are plain text. */
function refuse(error: FastifyError | Problem, request: FastifyRequest, reply: FastifyReply) {
  const status = statusOf(error)
  if (status >= 500) request.log.error({ err: error }, 'request failed')
  const t = translate(negotiateLanguage(request.raw))
  const isOurs = error instanceof Problem && error.key
  const words = ([404, 500, 503] as const).find(known => known === status) ?? 400
  const sentence = isOurs ? t(isOurs, error.values) : t(`errors.detail_${words}`)
  return reply.code(status).header('cache-control', 'no-store').type('text/plain').send(`${sentence}\n`)
}
