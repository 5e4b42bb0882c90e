import type { Writer } from '../database/database.ts'
import { bookmarks } from '../database/schema.ts'
import { and, eq } from '../database/sql.ts'
import { markedTimeline } from '../posts/marked.ts'

type Bookmark = { userId: number; postId: number }

/** Idempotent. */
export async function addBookmark(tx: Writer, { userId, postId }: Bookmark): Promise<void> {
  tx.invalidates(`viewer:${userId}`)
  await tx.insert(bookmarks).values({ userId, postId, createdAt: new Date() }).onConflictDoNothing()
}

/** Idempotent. */
export async function removeBookmark(tx: Writer, { userId, postId }: Bookmark): Promise<void> {
  tx.invalidates(`viewer:${userId}`)
  await tx.delete(bookmarks).where(and(eq(bookmarks.userId, userId), eq(bookmarks.postId, postId)))
}

/** The viewer's bookmarks, newest bookmark first. */
export const bookmarkedTimeline = markedTimeline('bookmarked', bookmarks)
