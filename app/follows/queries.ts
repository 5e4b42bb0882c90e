import { lockPair } from '../blocks/queries.ts'
import { type Cursor, keysetList, type Page } from '../database/cursor.ts'
import { prepared, type Reader, type Writer } from '../database/database.ts'
import { follows, users } from '../database/schema.ts'
import { and, desc, eq, notExists, sql } from '../database/sql.ts'
import { notify, retract } from '../notifications/queries.ts'
import {
  isFollowedByViewer,
  type Person,
  type PersonRow,
  personColumns,
  personOf,
  type Shown,
} from '../people/person.ts'
import type { AnyViewer } from '../people/viewer.ts'
import { areBlocked, isOpen, isUnblocked, seenBy, viewerId, visiblePeople } from '../people/visibility.ts'

/** Idempotent. Returns false if one of the two has blocked the other. */
export async function follow(tx: Writer, followerId: number, followedId: number): Promise<boolean> {
  await lockPair(tx, followerId, followedId)
  if (await areBlocked(tx, followerId, followedId)) return false
  invalidateFollow(tx, followerId, followedId)
  const created = await tx
    .insert(follows)
    .values({ followerId, followedId, createdAt: new Date() })
    .onConflictDoNothing()
    .returning({ id: follows.followedId })
  if (created.length > 0)
    await notify(tx, { userId: followedId, kind: 'follow', about: followerId, actorId: followerId })
  return true
}

export async function unfollow(tx: Writer, followerId: number, followedId: number): Promise<void> {
  invalidateFollow(tx, followerId, followedId)
  await tx.delete(follows).where(and(eq(follows.followerId, followerId), eq(follows.followedId, followedId)))
  await retract(tx, [followedId], { kind: 'follow', about: followerId })
}

/** Shows, or hides, at the follower's Home what the followed person reposts; false if they do not follow them. Idempotent. */
export async function showReposts(
  tx: Writer,
  { followerId, followedId }: { followerId: number; followedId: number },
  repostsShown: boolean,
): Promise<boolean> {
  tx.invalidates(`viewer:${followerId}`)
  const changed = await tx
    .update(follows)
    .set({ repostsShown })
    .where(and(eq(follows.followerId, followerId), eq(follows.followedId, followedId)))
    .returning({ id: follows.followedId })
  return changed.length > 0
}

/** Invalidates the lists and counts of both, and the follower's Home. */
function invalidateFollow(tx: Writer, followerId: number, followedId: number): void {
  tx.invalidates(
    `viewer:${followerId}`,
    `viewer:${followedId}`,
    `follows:${followerId}`,
    `follows:${followedId}`,
  )
}

export type FollowList = 'followers' | 'following'

function listOf(list: FollowList) {
  const { followerId, followedId, createdAt } = follows
  const [whose, other] = list === 'followers' ? [followedId, followerId] : [followerId, followedId]
  return keysetList<PersonRow>(list, { time: createdAt, id: other }, (db, place) =>
    db
      .select({
        ...personColumns,
        followed: isFollowedByViewer(users.id),
        createdAt,
      })
      .from(follows)
      .innerJoin(users, eq(users.id, other))
      .where(and(eq(whose, sql.placeholder('user')), visiblePeople(other), place.beyond))
      .orderBy(...place.order)
      .limit(place.limit),
  )
}

const lists = { followers: listOf('followers'), following: listOf('following') }

export type FollowListRequest = { user: number; viewer: AnyViewer; list: FollowList; cursor: Cursor }

/** A page of a person's followers, or of the people they follow, newest first. */
export async function followList(
  db: Reader,
  { list, user, viewer, cursor }: FollowListRequest,
): Promise<Page<Person>> {
  const page = await lists[list](db, { user, ...seenBy(viewer) }, cursor)
  return { ...page, rows: page.rows.map(row => personOf(row, viewer)) }
}

/** Three of the fifty most recently seen people whom the viewer does not follow: the cost does not grow with the site. */
const suggestions = prepared<{ viewer: number }, Shown[]>('suggestions', db => {
  const active = db
    .select(personColumns)
    .from(users)
    .where(isOpen)
    .orderBy(desc(users.lastSeenAt), desc(users.id))
    .limit(50)
    .as('active')
  const followed = db
    .select({ id: follows.followedId })
    .from(follows)
    .where(and(eq(follows.followerId, viewerId), eq(follows.followedId, active.id)))
  return db
    .select()
    .from(active)
    .where(and(sql`${active.id} <> ${viewerId}`, isUnblocked(active.id), notExists(followed)))
    .limit(3)
})

export async function suggestPeople(db: Reader, viewer: AnyViewer): Promise<Person[]> {
  const people = await suggestions(db, seenBy(viewer))
  return people.map(person => personOf({ ...person, followed: false }, viewer))
}

type SharedWith = { user: number; viewer: number }

/**
 * Whom both the person and the viewer follow, of the 500 whom the viewer has followed last: few follow as many, and the
 * cost does not grow with the person's follows.
 */
const shared = prepared<SharedWith, Omit<PersonRow, 'createdAt'>[]>('shared_follows', db => {
  const mine = db
    .select({ id: follows.followedId, followedAt: follows.createdAt })
    .from(follows)
    .where(eq(follows.followerId, viewerId))
    .orderBy(desc(follows.createdAt), desc(follows.followedId))
    .limit(500)
    .as('mine')
  const isTheirs = and(eq(follows.followerId, sql.placeholder('user')), eq(follows.followedId, mine.id))
  return db
    .select({ ...personColumns, followed: sql`1` })
    .from(mine)
    .innerJoin(follows, isTheirs)
    .innerJoin(users, eq(users.id, mine.id))
    .where(visiblePeople(users.id))
    .orderBy(desc(mine.followedAt), desc(mine.id))
    .limit(5)
})

/** A few of the people whom both the person and the viewer follow, those whom the viewer followed last. */
export async function sharedFollows(
  db: Reader,
  { user, viewer }: { user: number; viewer: AnyViewer },
): Promise<Person[]> {
  const people = await shared(db, { user, ...seenBy(viewer) })
  return people.map(person => personOf(person, viewer))
}
