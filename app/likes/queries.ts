import { type Cursor, keysetList, type Page } from '../database/cursor.ts'
import type { Reader } from '../database/database.ts'
import { likes, users } from '../database/schema.ts'
import { and, eq, sql } from '../database/sql.ts'
import { isFollowedByViewer, type Person, type PersonRow, personColumns, personOf } from '../people/person.ts'
import type { AnyViewer } from '../people/viewer.ts'
import { seenBy, visiblePeople } from '../people/visibility.ts'
import { markedTimeline } from '../posts/marked.ts'

const likersOf = keysetList<PersonRow>('likers', { time: likes.createdAt, id: likes.userId }, (db, place) =>
  db
    .select({ ...personColumns, followed: isFollowedByViewer(users.id), createdAt: likes.createdAt })
    .from(likes)
    .innerJoin(users, eq(users.id, likes.userId))
    .where(and(eq(likes.postId, sql.placeholder('post')), visiblePeople(likes.userId), place.beyond))
    .orderBy(...place.order)
    .limit(place.limit),
)

/** A page of the people who like a post and whom the viewer sees, newest like first. */
export async function listLikers(
  db: Reader,
  { post, viewer }: { post: number; viewer: AnyViewer },
  cursor: Cursor,
): Promise<Page<Person>> {
  const page = await likersOf(db, { post, ...seenBy(viewer) }, cursor)
  return { ...page, rows: page.rows.map(row => personOf(row, viewer)) }
}

/** The posts that the viewer likes, newest like first. */
export const likedTimeline = markedTimeline('liked', likes)
