import { keysetList } from '../database/cursor.ts'
import type { Writer } from '../database/database.ts'
import { posts } from '../database/schema.ts'
import { and, eq, sql } from '../database/sql.ts'
import { retract } from '../notifications/queries.ts'
import { hasBlockedQuote } from '../people/visibility.ts'
import { asPages, type Post, type PostRow, selectPosts } from '../posts/post.ts'

/** The posts that quote a post, newest first, without those that nobody is shown it in. */
export const listQuotes = asPages(
  keysetList<PostRow>('quotes', { time: posts.createdAt, id: posts.id }, (db, place) =>
    selectPosts(
      db,
      and(eq(posts.quotedId, sql.placeholder('post')), sql`not ${hasBlockedQuote}`, place.beyond),
    )
      .orderBy(...place.order)
      .limit(place.limit),
  ),
)

/** Takes what a post quotes out of it, for good: nothing says any more which post that was. */
export async function removeQuote(tx: Writer, { id, quotedId, quoted }: Post): Promise<void> {
  tx.invalidates(`post:${id}`, `post:${quotedId ?? id}`)
  await tx.update(posts).set({ quotedId: null, quoteDetached: true }).where(eq(posts.id, id))
  if (quoted) await retract(tx, [quoted.author.id], { kind: 'quote', about: id })
}
