/** Search on SQLite: FTS5 walks from the newest entry until the page is full. */
import type { Place } from '../database/cursor.ts'
import { posts, users } from '../database/schema.ts'
import { type AnyColumn, type SQL, sql } from '../database/sql.ts'
import { visiblePeople, visiblePosts } from '../people/visibility.ts'
import { fts5Posts, indexedPeople, numberBits, numberMask, placeOfCursor } from './indexing.ts'

const match = sql.placeholder('match')
const bits = sql.raw(String(numberBits))
const mask = sql.raw(String(numberMask))

/** The ids of a page of matching posts. SQLite keeps the order of a cross join. */
export function postKeys(place: Place): SQL {
  const row = fts5Posts.place
  return sql`select ${posts.id} from ${fts5Posts}
    cross join ${posts} on ${posts.createdAt} = ${row} >> ${bits} and ${posts.id} & ${mask} = ${row} & ${mask}
    cross join ${users} on ${users.id} = ${posts.userId}
    where post_fts match ${match} and ${visiblePosts()}
    ${walk(row, placeOfCursor, place)}`
}

/** The ids of a page of matching people, newest account first. */
export function personKeys(place: Place): SQL {
  const row = indexedPeople.userId
  return sql`select ${users.id} from ${indexedPeople} cross join ${users} on ${users.id} = ${row}
    where person_fts match ${match} and ${visiblePeople()}
    ${walk(row, sql`${sql.placeholder('id')}`, place)}`
}

function walk(row: AnyColumn, cursor: SQL, { direction, limit }: Place): SQL {
  const beyond = { newest: sql``, before: sql`and ${row} < ${cursor}`, after: sql`and ${row} > ${cursor}` }
  const order = direction === 'after' ? sql`asc` : sql`desc`
  return sql`${beyond[direction]} order by ${row} ${order} limit ${sql.raw(String(limit))}`
}
