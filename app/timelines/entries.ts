/** Pages of lists whose entries are posts and reposts: the place of an entry is its time and the id of the post. */
import type { Cursor, Page } from '../database/cursor.ts'
import type { Reader, Values } from '../database/database.ts'
import type { EntryRow, Repost, selectEntries } from '../posts/post.ts'

type Found = Awaited<ReturnType<typeof selectEntries>>[number]

/** Runs a statement of `selectEntries`. */
export async function entriesOf(
  statement: (db: Reader, values: Values) => Promise<Found[]>,
  db: Reader,
  values: Values,
): Promise<EntryRow[]> {
  const rows = await statement(db, values)
  return rows.map(({ at, by, ...row }) => ({ ...row, repost: by?.id ? { at, by } : null }))
}

/** When an entry stands in its list. */
export function timeOf({ createdAt, repost }: { createdAt: Date; repost?: Repost | null | undefined }): Date {
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

/** Rows of one query, in the direction of the cursor, and whether there are more of them. */
export type Part = { rows: EntryRow[]; isCut: boolean }

/** A part of rows, in any order, that were asked for with one row more than `most`. */
export function partOf(rows: EntryRow[], cursor: Cursor, most: number): Part {
  return { rows: rows.toSorted(orderOf(cursor)).slice(0, most), isCut: rows.length > most }
}

/**
 * One page of several parts, each of as many rows as a page at least. What lies beyond
 * the last row of a part that is cut belongs to another page. Each post is shown once, at its newest place here; the pages
 * beside begin where all that this one holds ends, so none loses or repeats an entry.
 */
export function entryPage(parts: Part[], cursor: Cursor, size: number): Page<EntryRow> {
  const isBackwards = cursor.direction === 'after'
  const inOrder = orderOf(cursor)
  const ends = parts.flatMap(({ rows, isCut }) => (isCut ? rows.slice(-1) : []))
  const [end] = ends.toSorted(inOrder)
  const reached = parts
    .flatMap(({ rows }) => rows)
    .filter(row => !end || inOrder(row, end) <= 0)
    .toSorted(inOrder)
  const shown = new Map<number, EntryRow>()
  let count = 0
  for (const row of reached) {
    const isThere = shown.has(row.id)
    if (!isThere && shown.size === size) break
    if (!isThere || isBackwards) {
      shown.delete(row.id)
      shown.set(row.id, row)
    }
    count++
  }
  const newestFirst = (rows: EntryRow[]) => (isBackwards ? rows.toReversed() : rows)
  const held = newestFirst(reached.slice(0, count))
  const more = end !== undefined || count < reached.length
  const beside = (direction: 'before' | 'after', row: EntryRow | undefined): Cursor | null =>
    row ? { ...cursor, direction, time: timeOf(row), id: row.id } : null
  return {
    rows: newestFirst([...shown.values()]),
    newer: cursor.direction === 'before' || (isBackwards && more) ? beside('after', held[0]) : null,
    older: isBackwards || more ? beside('before', held.at(-1)) : null,
  }
}
