/**
 * What stands beside a page. A route passes its sidebar on; a page without one, or with nothing to put there, has the
 * room itself.
 */
import type { FastifyRequest } from 'fastify'
import type { CacheTag } from '../database/cache-tags.ts'
import { sharedFollows, suggestPeople } from '../follows/queries.ts'
import { cachedReads } from '../page-cache/freshness.ts'
import type { Person } from '../people/person.ts'
import { type Post, postTags } from '../posts/post.ts'
import { neighborPosts } from '../posts/queries.ts'
import { personById } from '../profiles/queries.ts'
import { personTags, type TagCount, trendingTags } from '../timelines/queries.ts'
import { authorsOfLate } from './crowd.ts'

type Parts = {
  /** The person whom the page is about. */
  person?: Person | null
  /** Other posts by that person. */
  posts?: Post[]
  /** Whom the person follows and the viewer, too. */
  shared?: Person[]
  suggestions?: Person[]
  /** The person's hashtags. */
  tags?: string[]
  trending?: TagCount[]
  tips?: Tips
}
/** Examples for searches that find something here; null where there is no post or tag. */
export type Tips = { tag: string | null; username: string | null }
/** `signUp`: visitors are invited. */
export type Sidebar = Parts & { signUp: boolean }

/** The cache tags of the people and posts in a sidebar. */
export function sidebarTags(sidebar: Sidebar | null): CacheTag[] {
  if (!sidebar) return []
  const { person, shared = [], suggestions = [], posts = [] } = sidebar
  return [...namesOf([...(person ? [person] : []), ...shared, ...suggestions]), ...postTags(posts)]
}

/** The sidebar of these parts, which invites visitors to sign up; null if there would be nothing in it. */
function sidebarOf({ viewer, server }: FastifyRequest, parts: Parts): Sidebar | null {
  const signUp = viewer === null && server.config.signUpOpen
  const hasParts = Object.values(parts).some(part => (Array.isArray(part) ? part.length > 0 : part))
  return signUp || hasParts ? { signUp, ...parts } : null
}

/** These may be some seconds old, but a person blocked or followed since is not among those to follow. */
const maxAgeMs = 15_000
const cachedSuggestions = cachedReads<number, Person[]>({ maxAgeMs })
const cachedTrending = cachedReads<'trending', TagCount[]>({ maxAgeMs })
const cachedTags = cachedReads<number, string[]>({ maxAgeMs })
/** For each viewer and person, so they are many. */
const cachedShared = cachedReads<string, Person[]>({ max: 1_000, maxAgeMs })
const cachedPerson = cachedReads<string, Person>({ max: 1_000, maxAgeMs })

/** The tags of how these people show. */
function namesOf(people: Person[]): CacheTag[] {
  return people.map(({ id }): CacheTag => `person:${id}`)
}

async function suggestionsFor(request: FastifyRequest): Promise<Person[]> {
  const { viewer } = request
  if (!viewer) return []
  const people = await cachedSuggestions(request, {
    key: viewer.id,
    tags: people => [`viewer:${viewer.id}`, ...namesOf(people)],
    read: db => suggestPeople(db, viewer),
  })
  return people ?? []
}

/** The hashtags that are used most just now. */
export async function popularTags(request: FastifyRequest): Promise<TagCount[]> {
  const tags = await cachedTrending(request, {
    key: 'trending',
    tags: () => [],
    read: db => trendingTags(db, {}),
  })
  return tags ?? []
}

async function tagsOf(request: FastifyRequest, { id }: Person): Promise<string[]> {
  const tags = await cachedTags(request, {
    key: id,
    tags: () => [`author:${id}`],
    read: async db => (await personTags(db, { user: id })).map(({ tag }) => tag),
  })
  return tags ?? []
}

async function sharedWith(request: FastifyRequest, { id }: Person): Promise<Person[]> {
  const { viewer } = request
  if (!viewer) return []
  const people = await cachedShared(request, {
    key: `${viewer.id}:${id}`,
    tags: people => [`viewer:${viewer.id}`, `follows:${id}`, ...namesOf(people)],
    read: db => sharedFollows(db, { user: id, viewer }),
  })
  return people ?? []
}

/** Of pages about the whole site: people to follow, for members, and popular tags. */
export async function siteSidebar(request: FastifyRequest): Promise<Sidebar | null> {
  const [suggestions, trending] = await Promise.all([suggestionsFor(request), popularTags(request)])
  return sidebarOf(request, { suggestions, trending })
}

/** Of the welcome page, which invites visitors itself. */
export async function welcomeSidebar(request: FastifyRequest): Promise<Sidebar | null> {
  const trending = await popularTags(request)
  return trending.length > 0 ? { signUp: false, trending } : null
}

/**
 * Of a profile: people to follow on one's own, those whom both follow on another's; and the tags of the person. Without
 * any, that of the site, so that profiles look alike.
 */
export async function profileSidebar(
  request: FastifyRequest,
  person: Person & { isViewer: boolean; apart: boolean },
): Promise<Sidebar | null> {
  if (person.apart) return null
  const [suggestions, shared, tags] = await Promise.all([
    person.isViewer ? suggestionsFor(request) : [],
    person.isViewer ? [] : sharedWith(request, person),
    tagsOf(request, person),
  ])
  return sidebarOf(request, { shared, tags, suggestions }) ?? siteSidebar(request)
}

/** Of a list of followers or followed people: that person and their tags. */
export async function personSidebar(request: FastifyRequest, person: Person): Promise<Sidebar | null> {
  return sidebarOf(request, { person, tags: await tagsOf(request, person) })
}

/** Of a post: its author and their posts before and after it. */
export async function postSidebar(request: FastifyRequest, post: Post): Promise<Sidebar | null> {
  const { server, viewer } = request
  const { id } = post.author
  const [person, posts] = await Promise.all([
    cachedPerson(request, {
      key: `${viewer?.id ?? 0}:${id}`,
      tags: () => [`person:${id}`, ...(viewer ? [`viewer:${viewer.id}` as const] : [])],
      read: async db => (await personById(db, id, viewer)) ?? null,
    }),
    neighborPosts(server.db, post, viewer),
  ])
  return sidebarOf(request, { person, posts })
}

/** A popular tag, and the viewer's own name or that of a recent author. */
export async function searchTips(request: FastifyRequest): Promise<Tips> {
  const { viewer } = request
  const [[popular], [author]] = await Promise.all([
    popularTags(request),
    viewer ? [viewer] : authorsOfLate(request),
  ])
  return { tag: popular?.tag ?? null, username: author?.username ?? null }
}

/** Of a search: popular tags, and beside results how to search. */
export async function searchSidebar(
  request: FastifyRequest,
  { hasResults }: { hasResults: boolean },
): Promise<Sidebar | null> {
  const trending = await popularTags(request)
  return sidebarOf(request, { trending, ...(hasResults && { tips: await searchTips(request) }) })
}
