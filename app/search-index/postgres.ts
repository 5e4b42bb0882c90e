/**
 * How PostgreSQL finds. Its index of words (GIN) knows no order: of a word that every second post has, it would
 * gather half a million to show 25. So the newest rows are looked through first, in the order of a timeline; a
 * word that is not among them often enough is rare enough to be gathered.
 */
import type { Place } from '../database/cursor.ts'
import { type AnyColumn, type SQL, sql } from '../database/sql.ts'
import { isOpenAccount, isUnblocked } from '../people/visibility.ts'
import { indexedPeople, tsvectorPosts } from './tables.ts'

/** Rows that are looked through first, for a page and for the best of the newest 1,000: 5 ms and 25 ms. */
const lookedThrough = (limit: number) => (limit < 100 ? 10_000 : 50_000)
/** Of what was gathered, the newest that are looked at one by one, for whether their author is still there. */
const leftOver = (limit: number) => limit + 1_000
/** In a subquery, so that the plan is the same whatever is asked for, and does not count on its statistics. */
const whole = sql`(select ${sql.placeholder('match')}::tsquery)`
const narrow = sql`(select ${sql.placeholder('narrow')}::tsquery)`
const isNarrow = sql`${sql.placeholder('isNarrow')}::boolean`

type Index = { table: typeof tsvectorPosts | typeof indexedPeople; columns: AnyColumn[]; person: AnyColumn }

/** The ids of the posts that match, at a place of their list. */
export function postKeys(place: Place): SQL {
  const { postId, userId, createdAt } = tsvectorPosts
  const ordered = { ...place, beyond: place.beyond ?? sql`true` }
  return keys({ table: tsvectorPosts, columns: [postId, createdAt, userId], person: userId }, ordered)
}

/** The ids of the people whose names match, at a place of their list: the newest account first. */
export function personKeys({ direction, limit }: Place): SQL {
  const { userId } = indexedPeople
  const id = sql.placeholder('id')
  const beyond = { newest: sql`true`, before: sql`${userId} < ${id}`, after: sql`${userId} > ${id}` }[
    direction
  ]
  const order = [direction === 'after' ? sql`${userId}` : sql`${userId} desc`]
  return keys(
    { table: indexedPeople, columns: [userId], person: userId },
    { direction, beyond, order, limit },
  )
}

/** Every step calls its rows by the name of the table, so that the same conditions fit all of them. */
function keys({ table, columns, person }: Index, { beyond, order, limit }: Place): SQL {
  const inOrder = sql`order by ${sql.join(order, sql`, `)}`
  const most = (count: number) => sql`limit ${sql.raw(String(count))}`
  const all = sql.join(columns, sql`, `)
  const isFull = sql`(select count(*) from recent) >= ${sql.raw(String(limit))}`
  return sql`
    with recent as materialized (
      select ${all} from (
        select * from ${table} where ${beyond} ${inOrder} ${most(lookedThrough(limit))}
      ) as ${table}
      where ${table.words} @@ ${whole} and ${isUnblocked(person)} and ${isOpenAccount(person)} ${inOrder} ${most(limit)}
    ), gathered as materialized (
      select ${all} from ${table}
      where not ${isFull} and ${table.words} @@ ${narrow} and (${isNarrow} or (${table.words} @@ ${whole}) is true)
    )
    select ${columns[0]} from recent as ${table} where ${isFull}
    union all
    (select ${columns[0]} from (
      select * from gathered as ${table}
      where not ${isFull} and ${beyond} and ${isUnblocked(person)} ${inOrder} ${most(leftOver(limit))}
    ) as ${table} where ${isOpenAccount(person)} ${inOrder} ${most(limit)})`
}
