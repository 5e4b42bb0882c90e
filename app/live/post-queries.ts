/** Which posts are new, and at whose Home they are. */
import { prepared, type Reader } from '../database/database.ts'
import { idsPlaceholder, preparedIn } from '../database/prepared-in.ts'
import { follows, posts, users } from '../database/schema.ts'
import { and, asc, gt, inArray, sql } from '../database/sql.ts'
import { mostRows } from './queries.ts'

const user = sql.placeholder('user')
const sincePosted = sql.param(sql.placeholder('since'), posts.createdAt)

export type PostKey = { id: number; userId: number; createdAt: Date }
const postKey = { id: posts.id, userId: posts.userId, createdAt: posts.createdAt }

const newestPosts = prepared<{ since: Date }, PostKey[]>('live_posts', db =>
  db
    .select(postKey)
    .from(posts)
    .where(gt(posts.createdAt, sincePosted))
    .orderBy(asc(posts.createdAt), asc(posts.id))
    .limit(mostRows),
)

/** Everybody's posts since then, oldest first. */
export function postsSince(db: Reader, since: Date): Promise<PostKey[]> {
  return newestPosts(db, { since })
}

const newestAtHome = prepared<{ user: number; since: Date }, PostKey[]>('live_home', db => {
  const followed = sql`select ${follows.followedId} from ${follows} where ${follows.followerId} = ${user}`
  return db
    .select(postKey)
    .from(posts)
    .where(
      and(
        sql`${posts.userId} in (${followed} union all select ${users.id} from ${users} where ${users.id} = ${user})`,
        gt(posts.createdAt, sincePosted),
      ),
    )
    .orderBy(asc(posts.createdAt), asc(posts.id))
    .limit(mostRows)
})

/** The posts of somebody's Home since then, oldest first. */
export function homeSince(db: Reader, user: number, since: Date): Promise<PostKey[]> {
  return newestAtHome(db, { user, since })
}

const readersAmongMany = preparedIn<{ author: number }, { id: number }>('live_readers', db => {
  const author = sql.placeholder('author')
  // As a question about each person: an author may have any number of followers, and few of them are here.
  const follow = sql`select 1 from ${follows} where ${follows.followerId} = ${users.id} and ${follows.followedId} = ${author}`
  return db
    .select({ id: users.id })
    .from(users)
    .where(and(inArray(users.id, idsPlaceholder), sql`(${users.id} = ${author} or exists (${follow}))`))
})

/** Those of the people at whose Home the author's posts are. */
export async function readersAmong(db: Reader, people: number[], author: number): Promise<number[]> {
  return (await readersAmongMany(db, people, { author })).map(({ id }) => id)
}
