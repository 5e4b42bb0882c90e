import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { CacheTag } from '../database/cache-tags.ts'
import { cursorOf, isPastTheEnd, pageLinks } from '../database/cursor.ts'
import { type FollowList, followList } from '../follows/queries.ts'
import { CursorQuery } from '../http/cursor-query.ts'
import { UsernameParams } from '../http/params.ts'
import { returnPath } from '../http/return-path.ts'
import { likedTimeline } from '../likes/queries.ts'
import type { Person } from '../people/person.ts'
import { pinnedPosts } from '../pins/queries.ts'
import { type Post, postTags } from '../posts/post.ts'
import { personSidebar, profileSidebar, type Sidebar, sidebarTags } from '../site/sidebar.ts'
import { foldName } from '../text/normalize.ts'
import { profilePage, replyTimeline, type Timeline, timelineOf } from '../timelines/queries.ts'
import type { Profile } from './queries.ts'
import { requireProfile } from './require-profile.ts'

declare module '../http/views.ts' {
  interface Pages {
    'profiles/show': {
      profile: Profile
      tab: Tab
      pinned: Post[]
      timeline: Timeline
      sidebar: Sidebar | null
    }
    'profiles/people': {
      profile: Profile
      kind: FollowList
      people: Person[]
      newer: string | null
      older: string | null
      sidebar: Sidebar | null
    }
    'profiles/card': { profile: Profile; next: string }
  }
}

type ProfileRequest = FastifyRequest<{ Params: UsernameParams; Querystring: CursorQuery }>

export default async function profiles(app: FastifyInstance) {
  const open = { public: true }
  const config = { ...open, cached: true }
  const schema = { params: UsernameParams, querystring: CursorQuery }
  app.get('/@:username', { config, schema }, showPosts('posts'))
  app.get('/@:username/replies', { config, schema }, showPosts('replies'))
  app.get('/@:username/likes', { schema }, showPosts('likes'))
  app.get('/@:username/followers', { config, schema }, showPeople('followers'))
  app.get('/@:username/following', { config, schema }, showPeople('following'))
  // Not cached, because the card returns to the page on which it opened.
  app.get('/@:username/card', { config: open, schema }, showCard)
}

/** What a person's profile lists: what they say of themselves, their replies to others, or, for themselves, what they like. */
const tabs = { posts: profilePage, replies: replyTimeline, likes: likedTimeline }
type Tab = keyof typeof tabs

function showPosts(tab: Tab) {
  return async (request: ProfileRequest, reply: FastifyReply) => {
    const profile = await profileOrRedirect(request, reply)
    if (!profile) return reply
    const own = `/@${profile.username}`
    const isShown = tab === 'posts' || (tab === 'likes' ? profile.isViewer : !profile.apart)
    if (!isShown) return reply.redirect(own, 303)
    const cursor = cursorOf(request.query)
    const { server, viewer } = request
    const hasPins = tab === 'posts' && cursor.direction === 'newest'
    const [page, pinned, sidebar] = await Promise.all([
      tabs[tab](server.db, { user: profile.id, viewer }, cursor),
      hasPins ? pinnedPosts(server.db, { user: profile.id, viewer }) : [],
      profileSidebar(request, profile),
    ])
    const path = tab === 'posts' ? own : `${own}/${tab}`
    if (isPastTheEnd(page, cursor)) return reply.redirect(path, 303)
    await request.cacheTags(() => [
      ...profileTags(profile),
      ...postTags([...pinned, ...page.rows]),
      ...sidebarTags(sidebar),
    ])
    const rows = page.rows.filter(({ id }) => pinned.every(post => post.id !== id))
    const timeline = timelineOf({ ...page, rows }, path)
    return reply.page('profiles/show', { profile, tab, pinned, timeline, sidebar })
  }
}

function showPeople(kind: FollowList) {
  return async (request: ProfileRequest, reply: FastifyReply) => {
    const { server, viewer } = request
    const profile = await profileOrRedirect(request, reply)
    if (!profile) return reply
    if (profile.apart) return reply.redirect(`/@${profile.username}`, 303)
    const cursor = cursorOf(request.query)
    const [page, sidebar] = await Promise.all([
      followList(server.db, { user: profile.id, viewer, list: kind, cursor }),
      personSidebar(request, profile),
    ])
    const path = `/@${profile.username}/${kind}`
    if (isPastTheEnd(page, cursor)) return reply.redirect(path, 303)
    await request.cacheTags(() => [
      ...profileTags(profile),
      ...sidebarTags(sidebar),
      ...page.rows.map(({ id }): CacheTag => `person:${id}`),
    ])
    const people = page.rows
    return reply.page('profiles/people', { profile, kind, people, sidebar, ...pageLinks(page, path) })
  }
}

/** The tags of a profile's head: names, counts of posts and follows. */
function profileTags({ id }: Profile): CacheTag[] {
  return [`person:${id}`, `author:${id}`, `follows:${id}`]
}

/** The fragment that a script opens on an author's name. */
async function showCard(request: ProfileRequest, reply: FastifyReply) {
  const profile = await profileOrRedirect(request, reply)
  if (!profile) return reply
  const { headers, host, params } = request
  const referer = headers.referer && URL.canParse(headers.referer) ? new URL(headers.referer) : null
  // After following, the card returns to the page on which it opened.
  const next = referer?.host === host ? returnPath(referer.pathname + referer.search) : `/@${params.username}`
  return reply.fragment('profiles/card', { profile, next })
}

/** The profile; null after a redirect from a former username to the current one. */
async function profileOrRedirect(request: ProfileRequest, reply: FastifyReply): Promise<Profile | null> {
  const { server, params, viewer, url } = request
  const profile = await requireProfile(server.db, request, viewer)
  if (foldName(profile.username) === foldName(params.username)) return profile
  reply.redirect(url.replace(/^\/@[^/?]+/, `/@${profile.username}`))
  return null
}
