/**
 * Search on PostgreSQL. Its word index (GIN) has no order: for a word in every second post, it would collect half a
 * million rows to show 25. So the newest rows are scanned first, in the order of a timeline; a word that is too rare
 * among them is rare enough for the index.
 */
import { maxLimit, type Place } from '../database/cursor.ts'
import { type AnyColumn, type SQL, sql } from '../database/sql.ts'
import { isOpenAccount, isUnblocked } from '../people/visibility.ts'
import { indexedPeople, tsvectorPosts } from './indexing.ts'

/** The number of rows to scan, for a page (5 ms) and for the best of the newest 1,000 (25 ms). */
const scannedRows = (limit: number) => (limit <= maxLimit + 1 ? 10_000 : 50_000)
/** The number of newest rows from the index whose authors are checked one by one. */
const checkedRows = (limit: number) => limit + 1_000
/** In a subquery, so that the plan is the same for all queries and independent of statistics. */
const whole = sql`(select ${sql.placeholder('match')}::tsquery)`
const narrow = sql`(select ${sql.placeholder('narrow')}::tsquery)`
const isNarrow = sql`${sql.placeholder('isNarrow')}::boolean`

type Index = { table: typeof tsvectorPosts | typeof indexedPeople; columns: AnyColumn[]; person: AnyColumn }

/** The ids of a page of matching posts. */
export function postKeys(place: Place): SQL {
  const { postId, userId, createdAt } = tsvectorPosts
  const ordered = { ...place, beyond: place.beyond ?? sql`true` }
  return keys({ table: tsvectorPosts, columns: [postId, createdAt, userId], person: userId }, ordered)
}

/** The ids of a page of matching people, newest account first. */
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

/** Every step has the table's name as its alias, so that the same conditions apply to all. */
function keys({ table, columns, person }: Index, { beyond, order, limit }: Place): SQL {
  const inOrder = sql`order by ${sql.join(order, sql`, `)}`
  const limitOf = (count: number) => sql`limit ${sql.raw(String(count))}`
  const all = sql.join(columns, sql`, `)
  const isFull = sql`(select count(*) from recent) >= ${sql.raw(String(limit))}`
  return sql`
    with recent as materialized (
      select ${all} from (
        select * from ${table} where ${beyond} ${inOrder} ${limitOf(scannedRows(limit))}
      ) as ${table}
      where ${table.words} @@ ${whole} and ${isUnblocked(person)} and ${isOpenAccount(person)} ${inOrder} ${limitOf(limit)}
    ), gathered as materialized (
      select ${all} from ${table}
      where not ${isFull} and ${table.words} @@ ${narrow} and (${isNarrow} or (${table.words} @@ ${whole}) is true)
    )
    select ${columns[0]} from recent as ${table} where ${isFull}
    union all
    (select ${columns[0]} from (
      select * from gathered as ${table}
      where not ${isFull} and ${beyond} and ${isUnblocked(person)} ${inOrder} ${limitOf(checkedRows(limit))}
    ) as ${table} where ${isOpenAccount(person)} ${inOrder} ${limitOf(limit)})`
}
