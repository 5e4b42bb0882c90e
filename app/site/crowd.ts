/** Who is on the site: what the welcome page shows a visitor of it. */
import type { FastifyRequest } from 'fastify'
import type { CacheTag } from '../database/cache-tags.ts'
import { cachedReads } from '../page-cache/freshness.ts'
import type { Shown } from '../people/person.ts'
import { countedAtMost, countSite, recentAuthors, type SiteCounts } from './queries.ts'

/** A count as a sentence shows it: `plus` if there are more. */
type Count = { count: number; plus: '+' | '' }
export type Crowd = { faces: Shown[]; people: Count; posts: Count; postsOfDay: Count }

const cachedCounts = cachedReads<'counts', SiteCounts>({ maxAgeMs: 60_000 })
const cachedAuthors = cachedReads<'authors', Shown[]>({ maxAgeMs: 60_000 })

/** Up to a minute old, but for names and accounts that are closed. */
export async function authorsOfLate(request: FastifyRequest): Promise<Shown[]> {
  const authors = await cachedAuthors(request, {
    key: 'authors',
    tags: people => people.map(({ id }): CacheTag => `person:${id}`),
    read: recentAuthors,
  })
  return authors ?? []
}

/** Up to a minute old. */
export async function crowdOf(request: FastifyRequest): Promise<Crowd> {
  const [faces, counts] = await Promise.all([
    authorsOfLate(request),
    cachedCounts(request, { key: 'counts', tags: () => [], read: db => countSite(db, new Date()) }),
  ])
  const { people = 0, posts = 0, postsOfDay = 0 } = counts ?? {}
  return {
    faces,
    people: boundedCount(people),
    posts: boundedCount(posts),
    postsOfDay: boundedCount(postsOfDay),
  }
}

function boundedCount(counted: number): Count {
  return counted > countedAtMost ? { count: countedAtMost, plus: '+' } : { count: counted, plus: '' }
}
