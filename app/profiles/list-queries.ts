/** Everybody, for whoever reads them all. */
import { isVisible } from '../blocks/queries.ts'
import { type Cursor, keysetList, type Page } from '../database/cursor.ts'
import type { Reader } from '../database/database.ts'
import { users } from '../database/schema.ts'
import { and, asc, desc, gt, isNull, lt, sql } from '../database/sql.ts'
import { isFollowedByViewer } from '../follows/queries.ts'
import { type Person, type PersonRow, personColumns, personOf } from '../people/person.ts'

/** Ids only grow, so the id alone is the place: the list is a walk along the primary key. */
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
    .where(and(isNull(users.closedAt), isVisible(users.id), beyond))
    .orderBy(place.direction === 'after' ? asc(users.id) : desc(users.id))
    .limit(place.limit)
})

/** A page of everybody whom this viewer may see, the newest account first. */
export async function listPeople(db: Reader, viewer: number | null, cursor: Cursor): Promise<Page<Person>> {
  const page = await everybody(db, { viewer: viewer ?? 0 }, cursor)
  return { ...page, rows: page.rows.map(row => personOf(row, viewer)) }
}
