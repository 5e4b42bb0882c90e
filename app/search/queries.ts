/** Finds posts and people by a parsed query. */
import { setImmediate as yieldToEventLoop } from 'node:timers/promises'
import { type Cursor, keysetList, type Page, type Place } from '../database/cursor.ts'
import { prepared, type Reader } from '../database/database.ts'
import { engine } from '../database/engine.ts'
import { posts, users } from '../database/schema.ts'
import { asc, desc, sql } from '../database/sql.ts'
import { isFollowedByViewer, type Person, type PersonRow, personColumns, personOf } from '../people/person.ts'
import { findByUsernames } from '../people/username-queries.ts'
import type { AnyViewer } from '../people/viewer.ts'
import { seenBy, unblockedAmong, visiblePeople } from '../people/visibility.ts'
import { asPages, asPosts, type Post, type PostRow, selectAnyPosts } from '../posts/post.ts'
import { tsvectorPosts } from '../search-index/indexing.ts'
import { matchOf, type Wanted } from '../search-index/match.ts'
import * as onPostgres from '../search-index/postgres.ts'
import type { Query } from '../search-index/query.ts'
import * as onSqlite from '../search-index/sqlite.ts'
import { scoreOf } from './rank.ts'

const isSqlite = engine === 'sqlite'
const postKeys = isSqlite ? onSqlite.postKeys : onPostgres.postKeys
const personKeys = isSqlite ? onSqlite.personKeys : onPostgres.personKeys

export type Search = { wanted: Wanted; viewer: AnyViewer; cursor: Cursor }

/** The query with the ids of its people; null if none of the authors, or of those answered, exists for the viewer. */
export async function resolvePeople(
  db: Reader,
  { terms, ...names }: Query,
  viewer: AnyViewer,
): Promise<Wanted | null> {
  const [authors, named] = await Promise.all([idsOf(db, names.authors), idsOf(db, names.answered)])
  // Replies to a person whom the viewer does not see would tell whose the hidden post is.
  const answered = named && viewer && named.length > 0 ? await unblockedAmong(db, named, viewer.id) : named
  const isUnknown = !authors || !answered || (answered.length === 0 && names.answered.length > 0)
  return isUnknown ? null : { terms, authors, answered }
}

async function idsOf(db: Reader, names: string[]): Promise<number[] | null> {
  if (names.length === 0) return []
  const people = await findByUsernames(db, names)
  return people.length > 0 ? [...new Set(people.map(({ id }) => id))] : null
}

function matchingPosts(db: Reader, place: Place) {
  const order = place.direction === 'after' ? asc : desc
  // The keys are of visible posts; checking again here makes PostgreSQL read all users for each post (16 ms for 1).
  return selectAnyPosts(db, sql`${posts.id} in (${postKeys(place)})`)
    .orderBy(order(posts.createdAt), order(posts.id))
    .limit(place.limit)
}

const keysOfPosts = { time: tsvectorPosts.createdAt, id: tsvectorPosts.postId }
const listOfPosts = asPages(keysetList<PostRow>('search_posts', keysOfPosts, matchingPosts))

/** A page of matching posts, newest first. */
export function searchPosts(db: Reader, { wanted, viewer, cursor }: Search): Promise<Page<Post>> {
  return listOfPosts(db, { viewer, ...matchOf(wanted) }, cursor)
}

/** The newest matches among which the best are chosen. */
export const rankedPosts = 1_000
const bestPosts = 25
const ranked = asPosts(
  prepared('search_ranked', db =>
    matchingPosts(db, {
      direction: 'newest',
      beyond: undefined,
      order: [desc(keysOfPosts.time), desc(keysOfPosts.id)],
      limit: rankedPosts,
    }),
  ),
)

/** The best of the newest matching posts; equal ones newest first. */
export async function searchBestPosts(db: Reader, { wanted, viewer, cursor }: Search): Promise<Post[]> {
  const found = await ranked(db, { viewer, ...matchOf(wanted) })
  const scored: { post: Post; score: number }[] = []
  for (const [number, post] of found.entries()) {
    // Ranking all takes 10 ms, so other requests are served in between.
    if (number % 100 === 99) await yieldToEventLoop()
    scored.push({ post, score: scoreOf(post.body, wanted.terms) })
  }
  return scored
    .toSorted((a, b) => b.score - a.score)
    .slice(0, cursor.limit ?? bestPosts)
    .map(({ post }) => post)
}

const rowColumns = {
  ...personColumns,
  followed: isFollowedByViewer(users.id),
  createdAt: users.createdAt,
}

/** Ordered by id, because ids only grow. */
const listOfPeople = keysetList<PersonRow>(
  'search_people',
  { time: users.createdAt, id: users.id },
  (db, place) =>
    db
      .select(rowColumns)
      .from(users)
      .where(sql`${users.id} in (${personKeys(place)})`)
      .orderBy(place.direction === 'after' ? asc(users.id) : desc(users.id))
      .limit(place.limit),
)

/** A page of the people whose names match, the newest account first. */
export async function searchPeople(db: Reader, { wanted, viewer, cursor }: Search): Promise<Page<Person>> {
  const page = await listOfPeople(db, { ...seenBy(viewer), ...matchOf(wanted) }, cursor)
  return { ...page, rows: page.rows.map(row => personOf(row, viewer)) }
}

const mostLikely = 50
const shownPeople = 3

/** The newest matching accounts, and the one with exactly this name. */
const likely = prepared<Record<string, unknown>, (PersonRow & { key: string })[]>('search_likely', db => {
  const newest = personKeys({ direction: 'newest', beyond: undefined, order: [], limit: mostLikely })
  const namesake = sql`select ${users.id} from ${users} where ${users.usernameKey} = ${sql.placeholder('name')}
    and ${visiblePeople()}`
  return db
    .select({ ...rowColumns, key: users.usernameKey })
    .from(users)
    .where(sql`${users.id} in (select * from (${newest}) as matching union all ${namesake})`)
    .orderBy(desc(users.id))
})

/** The newest matching accounts, the exact name first. */
export async function likelyPeople(
  db: Reader,
  { wanted, viewer }: Omit<Search, 'cursor'>,
): Promise<Person[]> {
  const name = wanted.terms.map(({ tokens }) => tokens.join('_')).join('_')
  const rows = await likely(db, { ...seenBy(viewer), name, ...matchOf(wanted) })
  const rank = ({ key }: { key: string }) => (key === name ? 0 : key.startsWith(name) ? 1 : 2)
  return rows.toSorted((a, b) => rank(a) - rank(b)).map(row => personOf(row, viewer))
}

/** The few people above the posts, and whether there are more. */
export async function searchLikelyPeople(
  db: Reader,
  search: Omit<Search, 'cursor'>,
): Promise<{ people: Person[]; more: boolean }> {
  const found = await likelyPeople(db, search)
  return { people: found.slice(0, shownPeople), more: found.length > shownPeople }
}
