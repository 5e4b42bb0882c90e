/** How many people and posts there are, and who has posted lately. */
import { prepared, type Reader } from '../database/database.ts'
import { posts, users } from '../database/schema.ts'
import { desc, eq, type SQL, sql } from '../database/sql.ts'
import { personColumns, type Shown } from '../people/person.ts'
import { isOpen, seenBy, visiblePeople } from '../people/visibility.ts'

/** Nothing is counted any further: counting a million posts takes 37 ms on SQLite and up to 220 ms on PostgreSQL. */
export const countedAtMost = 10_000

export type SiteCounts = { people: number; posts: number; postsOfDay: number }

function countUpToBound(from: SQL) {
  const limit = sql.raw(String(countedAtMost + 1))
  return sql`(select count(*) from (select 1 from ${from} limit ${limit}) as counted)`.mapWith(Number)
}

const counts = prepared<{ since: Date }, SiteCounts[]>('site_counts', db => {
  const since = sql.param(sql.placeholder('since'), posts.createdAt)
  return db
    .select({
      people: countUpToBound(sql`${users} where ${isOpen}`),
      posts: countUpToBound(sql`${posts}`),
      postsOfDay: countUpToBound(sql`${posts} where ${posts.createdAt} > ${since}`),
    })
    .from(sql`(select 1) as one`)
})

/** The people, the posts and those of the last 24 hours, each as `countedAtMost` plus one if there are more. */
export async function countSite(db: Reader, now: Date): Promise<SiteCounts> {
  const [counted] = await counts(db, { since: new Date(now.getTime() - 24 * 3_600_000) })
  return counted as SiteCounts
}

const authors = prepared<{ viewer: number }, Shown[]>('recent_authors', db => {
  const recent = db
    .select({ userId: posts.userId, createdAt: posts.createdAt })
    .from(posts)
    .orderBy(desc(posts.createdAt), desc(posts.id))
    .limit(200)
    .as('recent')
  const latest = db
    .select({ userId: recent.userId, at: sql`max(${recent.createdAt})`.as('at') })
    .from(recent)
    .groupBy(recent.userId)
    .as('latest')
  return db
    .select(personColumns)
    .from(latest)
    .innerJoin(users, eq(users.id, latest.userId))
    .where(visiblePeople())
    .orderBy(desc(latest.at), desc(users.id))
    .limit(5)
})

/** Five people whom a visitor sees, the authors of the newest 200 posts, newest first. */
export function recentAuthors(db: Reader): Promise<Shown[]> {
  return authors(db, seenBy(null))
}
