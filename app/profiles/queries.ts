import { type Cursor, keysetList, type Page } from '../database/cursor.ts'
import { prepared, type Reader } from '../database/database.ts'
import { columnsIn } from '../database/fields.ts'
import { follows, posts, users } from '../database/schema.ts'
import { and, asc, desc, eq, gt, lt, sql } from '../database/sql.ts'
import { isFollowedByViewer, type Person, type PersonRow, personColumns, personOf } from '../people/person.ts'
import { personPermissions } from '../people/policy.ts'
import { userFields } from '../people/profile-fields.ts'
import { idOfUsername } from '../people/username-queries.ts'
import type { AnyViewer } from '../people/viewer.ts'
import { blocksBetween, isOpen, seenBy, viewerId, visiblePeople } from '../people/visibility.ts'
import { foldName } from '../text/normalize.ts'

export type Profile = Person & {
  /** The key of an image, or null. */
  banner: string | null
  createdAt: Date
  /** Null unless they show it. */
  lastSeenAt: Date | null
  posts: number
  followers: number
  following: number
  /** The viewer follows them, but does not want their reposts at Home. */
  viewerHidesReposts: boolean
  /** The viewer has blocked them. */
  viewerBlocks: boolean
  /** One of the two has blocked the other. */
  apart: boolean
  isViewer: boolean
}

const countOf = (from: unknown) => sql`(select count(*) from ${from})`.mapWith(Number)

type Row = Omit<Profile, 'lastSeenAt'> & { lastSeenAt: Date; lastSeenShown: boolean } & {
  followed: unknown
  hidesReposts: unknown
  byViewer: unknown
  ofViewer: unknown
}

const profileOfName = prepared<{ key: string; viewer: number }, Row[]>(
  'profile',
  db =>
    db
      .select({
        ...personColumns,
        ...columnsIn(userFields, 'profile'),
        lastSeenShown: users.lastSeenShown,
        posts: countOf(sql`${posts} where ${posts.userId} = ${users.id}`),
        followers: countOf(sql`${follows} where ${follows.followedId} = ${users.id}`),
        following: countOf(sql`${follows} where ${follows.followerId} = ${users.id}`),
        followed: isFollowedByViewer(users.id),
        hidesReposts: sql`exists (select 1 from ${follows} mine where mine.follower_id = ${viewerId} and mine.followed_id = ${users.id} and not mine.reposts_shown)`,
        ...blocksBetween(users.id),
      })
      .from(users)
      .where(and(eq(users.id, idOfUsername(sql.placeholder('key'))), isOpen)) as never,
)

/** The profile with this current or former username, as the viewer sees it, in one statement. */
export async function findProfile(
  db: Reader,
  username: string,
  viewer: AnyViewer,
): Promise<Profile | undefined> {
  const [found] = await profileOfName(db, { key: foldName(username), ...seenBy(viewer) })
  if (!found) return undefined
  const { followed, hidesReposts, byViewer, ofViewer, lastSeenShown, ...profile } = found
  const isViewer = profile.id === viewer?.id
  // SQLite returns 0 or 1 for `exists`.
  const viewerBlocks = Boolean(byViewer)
  const viewerHidesReposts = Boolean(hidesReposts)
  const apart = viewerBlocks || Boolean(ofViewer)
  const viewerFollows = viewer === null || isViewer ? null : Boolean(followed)
  const can = personPermissions(viewer, { id: profile.id, apart })
  const lastSeenAt = lastSeenShown ? profile.lastSeenAt : null
  // A picture is shown to those who see the person.
  const pictures = apart ? { avatar: null, banner: null } : {}
  return {
    ...profile,
    ...pictures,
    lastSeenAt,
    isViewer,
    viewerFollows,
    viewerHidesReposts,
    viewerBlocks,
    apart,
    can,
  }
}

/** The person with this current or former username. */
export async function findPerson(db: Reader, username: string) {
  const [person] = await db
    .select({ id: users.id, username: users.username, displayName: users.displayName })
    .from(users)
    .where(and(eq(users.id, idOfUsername(foldName(username))), isOpen))
  return person
}

const personOfId = prepared<{ id: number; viewer: number }, Omit<PersonRow, 'createdAt'>[]>('person', db =>
  db
    .select({ ...personColumns, followed: isFollowedByViewer(users.id) })
    .from(users)
    .where(and(eq(users.id, sql.placeholder('id')), visiblePeople())),
)

/** A person, if the viewer sees them: their row without the counts of a profile. */
export async function personById(db: Reader, id: number, viewer: AnyViewer): Promise<Person | undefined> {
  const [row] = await personOfId(db, { id, ...seenBy(viewer) })
  return row && personOf(row, viewer)
}

/** Ordered by id, because ids only grow: the list walks along the primary key. */
const everybody = keysetList<PersonRow>('people', { time: users.createdAt, id: users.id }, (db, place) => {
  const id = sql.placeholder('id')
  const beyond = { newest: undefined, before: lt(users.id, id), after: gt(users.id, id) }[place.direction]
  return db
    .select({
      ...personColumns,
      followed: isFollowedByViewer(users.id),
      createdAt: users.createdAt,
    })
    .from(users)
    .where(and(visiblePeople(), beyond))
    .orderBy(place.direction === 'after' ? asc(users.id) : desc(users.id))
    .limit(place.limit)
})

/** A page of all people visible to the viewer, newest account first. */
export async function listPeople(db: Reader, viewer: AnyViewer, cursor: Cursor): Promise<Page<Person>> {
  const page = await everybody(db, seenBy(viewer), cursor)
  return { ...page, rows: page.rows.map(row => personOf(row, viewer)) }
}
