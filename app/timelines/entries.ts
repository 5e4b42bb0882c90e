/** Pages of lists whose entries are posts and reposts: the place of an entry is its time and the id of the post. */
import { type Cursor, type Direction, maxLimit, type Page } from '../database/cursor.ts'
import { type Preparable, prepared, type Reader, type Values } from '../database/database.ts'
import type { Entry } from '../posts/post.ts'
import { memoize } from '../text/memoize.ts'

/** Entries of a page, as many as it has by default. */
export const pageSize = 25

/** Rows of one query, in the direction of the cursor, and whether there are more of them. */
export type Part<Row extends Entry> = { rows: Row[]; isCut: boolean }
/** What the keys of a list are asked for; `size` is one less than the rows of a statement. */
export type Asked = { direction: Direction; size: number }

/** A list of entries: a prepared statement for each direction, and for pages longer than usual, made when it is first needed. */
export function entryList<Row extends Entry>(
  name: string,
  select: (db: Reader, asked: Asked) => Preparable<Row[]>,
) {
  const statementFor = memoize(
    (asked: Asked) => prepared<Values, Row[]>(keyOf(asked), db => select(db, asked)),
    keyOf,
  )
  function keyOf({ direction, size }: Asked): string {
    return `${name}_${direction}_${size}`
  }
  return async (db: Reader, values: Values, cursor: Cursor): Promise<Row[]> => {
    const { direction, time, id, limit = pageSize } = cursor
    const size = limit > pageSize ? maxLimit : pageSize
    return statementFor({ direction, size })(db, { ...values, time, id })
  }
}

/** The first rows of a page, in the direction of the cursor. */
export function partOf<Row extends Entry>(rows: Row[], cursor: Cursor): Part<Row> {
  const { limit = pageSize } = cursor
  return { rows: rows.toSorted(orderOf(cursor)).slice(0, limit), isCut: rows.length > limit }
}

/** By time, then by post, so that two reposts of a post at one moment are one place; of these two, the later account's. */
function compare(a: Entry, b: Entry): number {
  return a.at.getTime() - b.at.getTime() || a.id - b.id || a.by.id - b.by.id
}

function orderOf({ direction }: Cursor): (a: Entry, b: Entry) => number {
  return direction === 'after' ? compare : (a, b) => compare(b, a)
}

/**
 * One page of several parts, each of as many rows as a page at least. What lies beyond the last row of a part that is cut
 * belongs to another page. Each post is shown once, at its newest place here; the pages beside begin where all that this
 * one holds ends, so none loses or repeats an entry.
 */
export function entryPage<Row extends Entry>(parts: Part<Row>[], cursor: Cursor): Page<Row> {
  const { direction, limit = pageSize } = cursor
  const isBackwards = direction === 'after'
  const inOrder = orderOf(cursor)
  const [end] = parts.flatMap(({ rows, isCut }) => (isCut ? rows.slice(-1) : [])).toSorted(inOrder)
  const reached = parts
    .flatMap(({ rows }) => rows)
    .filter(row => !end || inOrder(row, end) <= 0)
    .toSorted(inOrder)
  const { shown, count } = takeOnce(reached, limit, isBackwards)
  const newestFirst = (rows: Row[]) => (isBackwards ? rows.toReversed() : rows)
  const held = newestFirst(reached.slice(0, count))
  const more = end !== undefined || count < reached.length
  const beside = (to: 'before' | 'after', row: Row | undefined): Cursor | null =>
    row ? { ...cursor, direction: to, time: row.at, id: row.id } : null
  return {
    rows: newestFirst(shown),
    newer: direction === 'before' || (isBackwards && more) ? beside('after', held[0]) : null,
    older: isBackwards || more ? beside('before', held.at(-1)) : null,
  }
}

/** Entries of the first posts, at most `limit`, each once, and how many rows they were. */
function takeOnce<Row extends Entry>(
  rows: Row[],
  limit: number,
  keepLast: boolean,
): { shown: Row[]; count: number } {
  const shown = new Map<number, Row>()
  let count = 0
  for (const row of rows) {
    const isThere = shown.has(row.id)
    if (!isThere && shown.size === limit) break
    if (isThere && keepLast) shown.delete(row.id)
    if (!isThere || keepLast) shown.set(row.id, row)
    count++
  }
  return { shown: [...shown.values()], count }
}
