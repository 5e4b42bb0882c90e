import { type Cursor, keysetList, type Page } from '../database/cursor.ts'
import type { Reader } from '../database/database.ts'
import { type likes, type reposts, users } from '../database/schema.ts'
import { and, eq, given } from '../database/sql.ts'
import { isFollowedByViewer, type Person, type PersonRow, personColumns, personOf } from '../people/person.ts'
import type { AnyViewer } from '../people/viewer.ts'
import { seenBy, visiblePeople } from '../people/visibility.ts'

/** The people who have a row about a post in a table and whom the viewer sees, by when it was written, newest first. */
export function peopleOfPost(name: string, rows: typeof likes | typeof reposts) {
  const { postId, userId, createdAt } = rows
  const pages = keysetList<PersonRow>(name, { time: createdAt, id: userId }, (db, place) =>
    db
      .select({ ...personColumns, followed: isFollowedByViewer(users.id), createdAt })
      .from(rows)
      .innerJoin(users, eq(users.id, userId))
      .where(and(eq(postId, given('post')), visiblePeople(userId), place.beyond))
      .orderBy(...place.order)
      .limit(place.limit),
  )
  return async (
    db: Reader,
    { post, viewer }: { post: number; viewer: AnyViewer },
    cursor: Cursor,
  ): Promise<Page<Person>> => {
    const page = await pages(db, { post, ...seenBy(viewer) }, cursor)
    return { ...page, rows: page.rows.map(row => personOf(row, viewer)) }
  }
}
