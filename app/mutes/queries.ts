/** Threads of which people want no notifications, by their first post or its gap. */
import type { Reader, Writer } from '../database/database.ts'
import { posts, threadMutes } from '../database/schema.ts'
import { and, eq, inArray, sql } from '../database/sql.ts'

type Mute = { userId: number; rootId: number }

/** Idempotent. */
export async function addMute(tx: Writer, { userId, rootId }: Mute): Promise<void> {
  tx.invalidates(`viewer:${userId}`)
  await tx.insert(threadMutes).values({ userId, rootId, createdAt: new Date() }).onConflictDoNothing()
}

/** Idempotent. */
export async function removeMute(tx: Writer, { userId, rootId }: Mute): Promise<void> {
  tx.invalidates(`viewer:${userId}`)
  await tx.delete(threadMutes).where(and(eq(threadMutes.userId, userId), eq(threadMutes.rootId, rootId)))
}

/** Those of the people who have not muted the thread of the post. */
export async function unmutedAmong(db: Reader, people: number[], postId: number): Promise<number[]> {
  const rootOfPost = sql`(select coalesce(${posts.rootId}, ${posts.id}) from ${posts} where ${posts.id} = ${postId})`
  const rows = await db
    .select({ userId: threadMutes.userId })
    .from(threadMutes)
    .where(and(inArray(threadMutes.userId, people), eq(threadMutes.rootId, rootOfPost)))
  const muted = new Set(rows.map(({ userId }) => userId))
  return people.filter(id => !muted.has(id))
}

/** Deletes the mutes of threads of which nothing is left. */
export async function deleteMutesOf(tx: Writer, rootIds: number[]): Promise<void> {
  if (rootIds.length > 0) await tx.delete(threadMutes).where(inArray(threadMutes.rootId, rootIds))
}
