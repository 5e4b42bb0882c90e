/** Keyset pages: a place in a list is the (time, id) of a row, so new rows never shift what comes next. */
import type { AnyColumn, SQL } from 'drizzle-orm'
import { Type } from 'typebox'
import { asc, desc, sql } from './sql.ts'

export type Direction = 'newest' | 'before' | 'after'
export type Cursor = { direction: Direction; time: Date; id: number }
type Place = { createdAt: Date; id: number }

/** Rows that a page shows, and where the pages before and after it begin. */
export type Page<Row> = { rows: Row[]; newer: Cursor | null; older: Cursor | null }

export const pageSize = 25

const CursorText = Type.Optional(Type.String({ pattern: '^\\d{1,14}-\\d{1,15}$' }))
export const CursorQuery = Type.Object({ before: CursorText, after: CursorText })
export type CursorQuery = Type.Static<typeof CursorQuery>

/** The cursor of `?before=…` or `?after=…`, or that of the newest page. */
export function cursorOf({ before, after }: CursorQuery): Cursor {
  const given = before ?? after
  if (given === undefined) return { direction: 'newest', time: new Date(0), id: 0 }
  const [milliseconds, id] = given.split('-').map(Number) as [number, number]
  return { direction: before === undefined ? 'after' : 'before', time: new Date(milliseconds), id }
}

/** The query string that leads to the cursor's page. */
export function cursorQuery({ direction, time, id }: Cursor): string {
  return direction === 'newest' ? '' : `?${direction}=${time.getTime()}-${id}`
}

/** What a prepared keyset query needs to know of its order: the condition, the order and the values. */
export function keyset(direction: Direction, time: AnyColumn, id: AnyColumn) {
  const place = sql`(${sql.param(sql.placeholder('time'), time)}, ${sql.param(sql.placeholder('id'), id)})`
  const conditions: Record<Direction, SQL | undefined> = {
    newest: undefined,
    before: sql`(${time}, ${id}) < ${place}`,
    after: sql`(${time}, ${id}) > ${place}`,
  }
  const order = direction === 'after' ? [asc(time), asc(id)] : [desc(time), desc(id)]
  return { beyond: conditions[direction], order, limit: pageSize + 1 }
}

/**
 * Makes a page of the rows of a keyset query; its extra row only tells that there are more.
 * Rows asked for with `after` come oldest first and are turned round.
 */
export function pageOf<Row extends Place>(rows: Row[], { direction }: Cursor): Page<Row> {
  const more = rows.length > pageSize
  const shown = rows.slice(0, pageSize)
  if (direction === 'after') shown.reverse()
  const newer = direction === 'before' || (direction === 'after' && more)
  const older = direction === 'after' || more
  return {
    rows: shown,
    newer: newer ? placeOf('after', shown[0]) : null,
    older: older ? placeOf('before', shown.at(-1)) : null,
  }
}

function placeOf(direction: Direction, row: Place | undefined): Cursor | null {
  return row ? { direction, time: row.createdAt, id: row.id } : null
}
