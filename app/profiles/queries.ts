import { foldName } from '../accounts/names.ts'
import { prepared, type Reader } from '../database/database.ts'
import { follows, posts, users } from '../database/schema.ts'
import { eq, sql } from '../database/sql.ts'
import { isFollowedByViewer } from '../follows/queries.ts'

export type Profile = {
  id: number
  username: string
  displayName: string
  about: string
  createdAt: Date
  lastSeenAt: Date
  posts: number
  followers: number
  following: number
  viewerFollows: boolean | null
  isViewer: boolean
}

const countOf = (from: unknown) => sql`(select count(*) from ${from})`.mapWith(Number)

const profileOfName = prepared<{ key: string; viewer: number }, (Profile & { followed: unknown })[]>(
  'profile',
  db =>
    db
      .select({
        id: users.id,
        username: users.username,
        displayName: users.displayName,
        about: users.about,
        createdAt: users.createdAt,
        lastSeenAt: users.lastSeenAt,
        posts: countOf(sql`${posts} where ${posts.userId} = ${users.id}`),
        followers: countOf(sql`${follows} where ${follows.followedId} = ${users.id}`),
        following: countOf(sql`${follows} where ${follows.followerId} = ${users.id}`),
        followed: isFollowedByViewer(users.id),
      })
      .from(users)
      .where(eq(users.usernameKey, sql.placeholder('key'))) as never,
)

/** A person's profile as this viewer sees it: one statement. */
export async function findProfile(
  db: Reader,
  username: string,
  viewer: number | null,
): Promise<Profile | undefined> {
  const [found] = await profileOfName(db, { key: foldName(username), viewer: viewer ?? 0 })
  if (!found) return undefined
  const { followed, ...profile } = found
  const isViewer = profile.id === viewer
  return { ...profile, isViewer, viewerFollows: viewer === null || isViewer ? null : Boolean(followed) }
}

/** Who has this username. */
export async function findPerson(db: Reader, username: string) {
  const [person] = await db
    .select({ id: users.id, username: users.username, displayName: users.displayName })
    .from(users)
    .where(eq(users.usernameKey, foldName(username)))
  return person
}
