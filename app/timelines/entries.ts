/** Pages of lists whose entries are posts and reposts: the place of an entry is its time and the id of the post. */
import { type Cursor, type Direction, maxLimit, type Page } from '../database/cursor.ts'
import { prepared, type Reader, type Values } from '../database/database.ts'
import type { SQL } from '../database/sql.ts'
import { type EntryRow, type Repost, selectEntries } from '../posts/post.ts'

/** Entries of a page, as many as it has by default. */
export const pageSize = 25

/** Rows of one query, in the direction of the cursor, and whether there are more of them. */
export type Part = { rows: EntryRow[]; isCut: boolean }
/** What the keys of a list are asked for; `size` is one less than the rows of a statement. */
export type Asked = { direction: Direction; size: number }

/** A list by its keys for `selectEntries`: a prepared statement for each direction, and for pages longer than usual, made when it is first needed. */
export function entryList(name: string, keysFor: (asked: Asked) => SQL) {
  type Statement = (db: Reader, values: Values) => ReturnType<typeof selectEntries>
  const statements = new Map<string, Statement>()
  const statementFor = (asked: Asked): Statement => {
    const key = `${name}_${asked.direction}_${asked.size}`
    const known = statements.get(key)
    if (known) return known
    const made = prepared<Values, Awaited<ReturnType<Statement>>>(key, db =>
      selectEntries(db, keysFor(asked)),
    )
    statements.set(key, made as Statement)
    return made as Statement
  }
  return async (db: Reader, values: Values, cursor: Cursor): Promise<Part> => {
    const { direction, time, id, limit = pageSize } = cursor
    const size = limit > pageSize ? maxLimit : pageSize
    const found = await statementFor({ direction, size })(db, { ...values, time, id })
    const rows = found.map(({ at, by, ...row }): EntryRow => ({ ...row, repost: by?.id ? { at, by } : null }))
    return { rows: rows.toSorted(orderOf(cursor)).slice(0, limit), isCut: rows.length > limit }
  }
}

/** When an entry stands in its list. */
function timeOf({ createdAt, repost }: { createdAt: Date; repost?: Repost | null | undefined }): Date {
  return repost?.at ?? createdAt
}

/** By time, then by post, so that two reposts of a post at one moment are one place; of these two, the later account's. */
function compare(a: EntryRow, b: EntryRow): number {
  return (
    timeOf(a).getTime() - timeOf(b).getTime() ||
    a.id - b.id ||
    (a.repost?.by.id ?? 0) - (b.repost?.by.id ?? 0)
  )
}

function orderOf({ direction }: Cursor): (a: EntryRow, b: EntryRow) => number {
  return direction === 'after' ? compare : (a, b) => compare(b, a)
}

/**
 * One page of several parts, each of as many rows as a page at least. What lies beyond the last row of a part that is cut
 * belongs to another page. Each post is shown once, at its newest place here; the pages beside begin where all that this
 * one holds ends, so none loses or repeats an entry.
 */
export function entryPage(parts: Part[], cursor: Cursor): Page<EntryRow> {
  const { direction, limit = pageSize } = cursor
  const isBackwards = direction === 'after'
  const inOrder = orderOf(cursor)
  const [end] = parts.flatMap(({ rows, isCut }) => (isCut ? rows.slice(-1) : [])).toSorted(inOrder)
  const reached = parts
    .flatMap(({ rows }) => rows)
    .filter(row => !end || inOrder(row, end) <= 0)
    .toSorted(inOrder)
  const { shown, count } = takeOnce(reached, limit, isBackwards)
  const newestFirst = (rows: EntryRow[]) => (isBackwards ? rows.toReversed() : rows)
  const held = newestFirst(reached.slice(0, count))
  const more = end !== undefined || count < reached.length
  const beside = (to: 'before' | 'after', row: EntryRow | undefined): Cursor | null =>
    row ? { ...cursor, direction: to, time: timeOf(row), id: row.id } : null
  return {
    rows: newestFirst(shown),
    newer: direction === 'before' || (isBackwards && more) ? beside('after', held[0]) : null,
    older: isBackwards || more ? beside('before', held.at(-1)) : null,
  }
}

/** Entries of the first posts, at most `limit`, each once, and how many rows they were. */
function takeOnce(rows: EntryRow[], limit: number, keepLast: boolean): { shown: EntryRow[]; count: number } {
  const shown = new Map<number, EntryRow>()
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
