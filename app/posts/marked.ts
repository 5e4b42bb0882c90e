import { keysetList } from '../database/cursor.ts'
import { type bookmarks, type likes, posts, users } from '../database/schema.ts'
import { and, eq } from '../database/sql.ts'
import { viewerId, visiblePosts } from '../people/visibility.ts'
import { asPagesOfIds } from './post.ts'

/** The posts about which the viewer has a row in a table, by when that was written, newest first. */
export function markedTimeline(name: string, marks: typeof likes | typeof bookmarks) {
  const { postId, userId, createdAt } = marks
  return asPagesOfIds(
    keysetList(name, { time: createdAt, id: postId }, (db, place) =>
      db
        .select({ id: postId, createdAt })
        .from(marks)
        .innerJoin(posts, eq(posts.id, postId))
        .innerJoin(users, eq(users.id, posts.userId))
        .where(and(eq(userId, viewerId), visiblePosts(), place.beyond))
        .orderBy(...place.order)
        .limit(place.limit),
    ),
  )
}
