/** Keyset pages: a place in a list is the (time, id) of a row, so new rows never shift what comes next. */
import type { AnyColumn, SQL } from 'drizzle-orm'
import { type Preparable, prepared, type Reader, type Values } from './database.ts'
import { asc, desc, given, sql } from './sql.ts'

export type Direction = 'newest' | 'before' | 'after'
export type Cursor = {
  direction: Direction
  time: Date
  id: number
  /** Rows of a page, at most 100; by default as many as the list has. */
  limit?: number
}
type Keyed = { createdAt: Date; id: number }

/** Rows that a page shows, and where the pages before and after it begin. */
export type Page<Row> = { rows: Row[]; newer: Cursor | null; older: Cursor | null }
export const emptyPage = { rows: [], newer: null, older: null }

/**
 * The cursor of `?before=…` or `?after=…`, or that of the newest page. `limit` is a number where a schema has checked it,
 * which pages for people do not.
 */
export function cursorOf({
  before,
  after,
  limit,
}: {
  before?: string
  after?: string
  limit?: unknown
}): Cursor {
  const size = typeof limit === 'number' ? { limit } : {}
  const given = before ?? after
  if (given === undefined) return { direction: 'newest', time: new Date(0), id: 0, ...size }
  const [milliseconds, id] = given.split('-').map(Number) as [number, number]
  return { direction: before === undefined ? 'after' : 'before', time: new Date(milliseconds), id, ...size }
}

/** The query string that leads to the cursor's page. */
export function cursorQuery({ direction, time, id, limit }: Cursor): string {
  if (direction === 'newest') return ''
  return `?${direction}=${time.getTime()}-${id}${limit === undefined ? '' : `&limit=${limit}`}`
}

/** The addresses of the pages next to this one; `path` may have a query already. */
export function pageLinks(page: Page<unknown>, path: string): { newer: string | null; older: string | null } {
  const link = (cursor: Cursor | null) => {
    const query = cursor && cursorQuery(cursor)
    return query && path + (path.includes('?') ? query.replace('?', '&') : query)
  }
  return { newer: link(page.newer), older: link(page.older) }
}

type Keys = { time: AnyColumn; id: AnyColumn }
/** What a keyset query needs to know of where its page is. */
export type Place = { direction: Direction; beyond: SQL | undefined; order: SQL[]; limit: number }

/** The most rows of a page that a program may ask for. */
export const maxLimit = 100

/**
 * A list as three prepared statements: its newest page, and the pages before and after a cursor. `build`
 * makes the query for a place, ordered by `keys`; the function returned takes its placeholders' values. Three more, on
 * first use, are for longer pages; pages of any other length are cut from these, because each limit is a statement.
 */
export function keysetList<Row extends Keyed>(
  name: string,
  keys: Keys,
  build: (db: Reader, place: Place) => Preparable<Row[]>,
  pageSize = 25,
): (db: Reader, values: Values, cursor: Cursor) => Promise<Page<Row>> {
  const statementsOf = (size: number, suffix = '') => {
    const statement = (direction: Direction) =>
      prepared<Values, Row[]>(`${name}_${direction}${suffix}`, db =>
        build(db, placeOf(direction, keys, size)),
      )
    return { newest: statement('newest'), before: statement('before'), after: statement('after') }
  }
  const [ordinary, long] = [statementsOf(pageSize), statementsOf(maxLimit, '_long')]
  return async (db, values, cursor) => {
    const { direction, time, id, limit = pageSize } = cursor
    const statement = (limit > pageSize ? long : ordinary)[direction]
    return pageOf(await statement(db, { ...values, time, id }), cursor, limit)
  }
}

/** Where a query with these keys finds its page. */
export function placeOf(direction: Direction, { time, id }: Keys, pageSize: number): Place {
  const cursor = sql`(${given('time', time)}, ${given('id', id)})`
  const conditions: Record<Direction, SQL | undefined> = {
    newest: undefined,
    before: sql`(${time}, ${id}) < ${cursor}`,
    after: sql`(${time}, ${id}) > ${cursor}`,
  }
  const order = direction === 'after' ? [asc(time), asc(id)] : [desc(time), desc(id)]
  return { direction, beyond: conditions[direction], order, limit: pageSize + 1 }
}

/**
 * Makes a page of the rows of a keyset query; its extra row only tells that there are more.
 * Rows asked for with `after` come oldest first and are turned round.
 */
function pageOf<Row extends Keyed>(rows: Row[], cursor: Cursor, pageSize: number): Page<Row> {
  const { direction } = cursor
  const more = rows.length > pageSize
  const shown = rows.slice(0, pageSize)
  if (direction === 'after') shown.reverse()
  const newer = direction === 'before' || (direction === 'after' && more)
  const older = direction === 'after' || more
  return {
    rows: shown,
    newer: newer ? cursorAt(shown[0], { ...cursor, direction: 'after' }) : null,
    older: older ? cursorAt(shown.at(-1), { ...cursor, direction: 'before' }) : null,
  }
}

function cursorAt(row: Keyed | undefined, cursor: Cursor): Cursor | null {
  return row ? { ...cursor, time: row.createdAt, id: row.id } : null
}

/** True for a page that its rows have left (deleted, unfollowed): better to show the newest than nothing. */
export function isPastTheEnd(page: Page<unknown>, { direction }: Cursor): boolean {
  return page.rows.length === 0 && direction !== 'newest'
}
