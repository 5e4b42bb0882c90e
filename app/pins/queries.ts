import { prepared, type Writer } from '../database/database.ts'
import { lock } from '../database/lock.ts'
import { posts } from '../database/schema.ts'
import { and, desc, eq, isNotNull, sql } from '../database/sql.ts'
import { asPosts, selectPosts } from '../posts/post.ts'

/** The most posts that a person has pinned to their profile. */
export const maxPins = 3

/** What a person has pinned to their profile, the newest pin first. */
export const pinnedPosts = asPosts(
  prepared('pinned_posts', db =>
    selectPosts(db, and(eq(posts.userId, sql.placeholder('user')), isNotNull(posts.pinnedAt)))
      .orderBy(desc(posts.pinnedAt), desc(posts.id))
      .limit(maxPins),
  ),
)

type Own = { id: number; userId: number }

/** Pins a person's own post, once; false if as many others are pinned as may be. */
export async function pin(tx: Writer, { id, userId }: Own, now: Date): Promise<boolean> {
  await lock(tx, `pins:${userId}`)
  const isTheirs = and(eq(posts.userId, userId), isNotNull(posts.pinnedAt))
  const pinned = await tx.select({ id: posts.id }).from(posts).where(isTheirs)
  if (pinned.some(post => post.id === id)) return true
  if (pinned.length >= maxPins) return false
  await setPinned(tx, { id, userId }, now)
  return true
}

/** Idempotent. */
export function unpin(tx: Writer, own: Own): Promise<void> {
  return setPinned(tx, own, null)
}

async function setPinned(tx: Writer, { id, userId }: Own, pinnedAt: Date | null): Promise<void> {
  tx.invalidates(`author:${userId}`, `post:${id}`)
  await tx
    .update(posts)
    .set({ pinnedAt })
    .where(and(eq(posts.id, id), eq(posts.userId, userId)))
}
