import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { CursorQuery, cursorOf, isPastTheEnd } from '../database/cursor.ts'
import { type FollowList, followList, type Person } from '../follows/queries.ts'
import { Problem } from '../plugins/errors.ts'
import { returnPath } from '../sessions/return-path.ts'
import { profileTimeline } from '../timelines/queries.ts'
import { pageLinks, type Timeline, timelineOf } from '../timelines/timeline.ts'
import { ProfileParams } from './forms.ts'
import { findProfile, type Profile } from './queries.ts'

declare module '../plugins/views.ts' {
  interface Pages {
    'profiles/show': { profile: Profile; timeline: Timeline }
    'profiles/people': {
      profile: Profile
      kind: FollowList
      people: Person[]
      newer: string | null
      older: string | null
    }
    'profiles/card': { profile: Profile; next: string }
  }
}

type ProfileRequest = FastifyRequest<{ Params: ProfileParams; Querystring: CursorQuery }>

export default async function profiles(app: FastifyInstance) {
  const config = { public: true }
  const schema = { params: ProfileParams, querystring: CursorQuery }
  app.get('/@:username', { config, schema }, showProfile)
  app.get('/@:username/followers', { config, schema }, showFollowers)
  app.get('/@:username/following', { config, schema }, showFollowing)
  app.get('/@:username/card', { config, schema }, showCard)
}

async function showProfile(request: ProfileRequest, reply: FastifyReply) {
  const profile = await profileOr404(request)
  const cursor = cursorOf(request.query)
  const page = await profileTimeline(request.server.db, { user: profile.id }, cursor)
  const path = `/@${profile.username}`
  if (isPastTheEnd(page, cursor)) return reply.redirect(path, 303)
  return reply.page('profiles/show', { profile, timeline: timelineOf(page, path) })
}

function showFollowers(request: ProfileRequest, reply: FastifyReply) {
  return showPeople(request, reply, 'followers')
}

function showFollowing(request: ProfileRequest, reply: FastifyReply) {
  return showPeople(request, reply, 'following')
}

async function showPeople(request: ProfileRequest, reply: FastifyReply, kind: FollowList) {
  const profile = await profileOr404(request)
  const cursor = cursorOf(request.query)
  const viewer = request.viewer?.id ?? null
  const page = await followList(request.server.db, { user: profile.id, viewer, list: kind, cursor })
  const path = `/@${profile.username}/${kind}`
  if (isPastTheEnd(page, cursor)) return reply.redirect(path, 303)
  return reply.page('profiles/people', { profile, kind, people: page.rows, ...pageLinks(page, path) })
}

/** The little card that opens on an author's name: a fragment for its script. */
async function showCard(request: ProfileRequest, reply: FastifyReply) {
  const profile = await profileOr404(request)
  return reply.page('profiles/card', { profile, next: refererOf(request) })
}

async function profileOr404({ server, params, viewer }: ProfileRequest): Promise<Profile> {
  const profile = await findProfile(server.db, params.username, viewer?.id ?? null)
  if (!profile) throw new Problem(404, 'errors.profile_missing', { username: params.username })
  return profile
}

/** The page that the card opened on, to come back to after following. */
function refererOf({ headers, host, params }: ProfileRequest): string {
  const referer = headers.referer && URL.canParse(headers.referer) ? new URL(headers.referer) : null
  return referer?.host === host ? returnPath(referer.pathname + referer.search) : `/@${params.username}`
}
