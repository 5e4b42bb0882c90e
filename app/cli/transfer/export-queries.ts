/** Pages of a thousand rows in the order of their keys, each beginning after the last row of the one before. */
import type { Reader } from '../../database/database.ts'
import { follows, posts, users } from '../../database/schema.ts'
import { asc, gt, inArray, sql } from '../../database/sql.ts'

const pageSize = 1_000

export type User = typeof users.$inferSelect

export async function usersAfter(db: Reader, id: number): Promise<User[]> {
  return db.select().from(users).where(gt(users.id, id)).orderBy(asc(users.id)).limit(pageSize)
}

export async function postsAfter(db: Reader, id: number): Promise<(typeof posts.$inferSelect)[]> {
  return db.select().from(posts).where(gt(posts.id, id)).orderBy(asc(posts.id)).limit(pageSize)
}

type Follow = typeof follows.$inferSelect

export async function followsAfter(
  db: Reader,
  last: Pick<Follow, 'followerId' | 'followedId'>,
): Promise<Follow[]> {
  const { followerId, followedId } = follows
  return db
    .select()
    .from(follows)
    .where(sql`(${followerId}, ${followedId}) > (${last.followerId}, ${last.followedId})`)
    .orderBy(asc(followerId), asc(followedId))
    .limit(pageSize)
}

export async function usernamesOf(db: Reader, ids: number[]): Promise<Map<number, string>> {
  const columns = { id: users.id, username: users.username }
  const found = await db
    .select(columns)
    .from(users)
    .where(inArray(users.id, [...new Set(ids)]))
  return new Map(found.map(({ id, username }) => [id, username]))
}
