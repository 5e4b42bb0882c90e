/** The list of all people. */
import { type Cursor, keysetList, type Page } from '../database/cursor.ts'
import type { Reader } from '../database/database.ts'
import { users } from '../database/schema.ts'
import { and, asc, desc, gt, lt, sql } from '../database/sql.ts'
import { isFollowedByViewer, type Person, type PersonRow, personColumns, personOf } from '../people/person.ts'
import type { AnyViewer } from '../people/viewer.ts'
import { seenBy, visiblePeople } from '../people/visibility.ts'

/** Ordered by id, because ids only grow: the list walks along the primary key. */
const everybody = keysetList<PersonRow>('people', { time: users.createdAt, id: users.id }, (db, place) => {
  const id = sql.placeholder('id')
  const beyond = { newest: undefined, before: lt(users.id, id), after: gt(users.id, id) }[place.direction]
  return db
    .select({
      ...personColumns,
      followed: isFollowedByViewer(users.id),
      createdAt: users.createdAt,
    })
    .from(users)
    .where(and(visiblePeople(), beyond))
    .orderBy(place.direction === 'after' ? asc(users.id) : desc(users.id))
    .limit(place.limit)
})

/** A page of all people visible to the viewer, newest account first. */
export async function listPeople(db: Reader, viewer: AnyViewer, cursor: Cursor): Promise<Page<Person>> {
  const page = await everybody(db, seenBy(viewer), cursor)
  return { ...page, rows: page.rows.map(row => personOf(row, viewer)) }
}
