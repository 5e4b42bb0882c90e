/** Likes, and their number, which stands in the post: both change in one transaction, the like first. */
import type { Writer } from '../database/database.ts'
import { likes, posts } from '../database/schema.ts'
import { and, eq, inArray, sql } from '../database/sql.ts'

type Liked = { id: number; author: { id: number } }

/** Idempotent. */
export async function like(tx: Writer, { id }: Liked, userId: number): Promise<void> {
  tx.invalidates(`post:${id}`)
  const added = await tx
    .insert(likes)
    .values({ postId: id, userId, createdAt: new Date() })
    .onConflictDoNothing()
    .returning({ id: likes.postId })
  if (added.length > 0) await count(tx, [id], 1)
}

/** Idempotent. */
export async function unlike(tx: Writer, { id }: Liked, userId: number): Promise<void> {
  tx.invalidates(`post:${id}`)
  const removed = await tx
    .delete(likes)
    .where(and(eq(likes.postId, id), eq(likes.userId, userId)))
    .returning({ id: likes.postId })
  if (removed.length > 0) await count(tx, [id], -1)
}

/** Counts one like more, or one less, of each of these posts. */
async function count(tx: Writer, postIds: number[], difference: 1 | -1): Promise<void> {
  await tx
    .update(posts)
    .set({ likeCount: sql`${posts.likeCount} + ${difference}` })
    .where(inArray(posts.id, postIds))
}
