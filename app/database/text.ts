/** Text as both engines see it: in the order of its bytes, found by how it begins or ends. */
import { type AnyColumn, and, type SQL, sql } from 'drizzle-orm'
import { engine } from './engine.ts'

/**
 * The column in the order of its bytes, which is that of its code points: for `orderBy`, and for ranges.
 * SQLite knows no other order; PostgreSQL sorts by the dictionary of its locale unless it is told not to.
 */
export function inByteOrder(column: AnyColumn): SQL {
  return engine === 'postgresql' ? sql`${column} collate "C"` : sql`${column}`
}

/**
 * Whether the column begins with the prefix: a range, so an index in the order of the column's bytes is used.
 * `like` would ignore case on SQLite alone, and take the prefix's own `%` and `_` for patterns.
 */
export function startsWith(column: AnyColumn, prefix: string): SQL | undefined {
  const end = following(prefix)
  const text = inByteOrder(column)
  return and(sql`${text} >= ${prefix}`, end === undefined ? undefined : sql`${text} < ${end}`)
}

/** Whether the column ends with the suffix. No index helps: every row that is left over is looked at. */
export function endsWith(column: AnyColumn, suffix: string): SQL {
  return sql`substr(${column}, length(${column}) - ${[...suffix].length} + 1) = ${suffix}`
}

const last = 0x10ffff
/** No character: UTF-16 keeps these code points for itself. */
const surrogates = { first: 0xd800, next: 0xe000 }

/** The least text that sorts after everything with this prefix; undefined if there is none. */
function following(prefix: string): string | undefined {
  const points = [...prefix].map(character => character.codePointAt(0) as number)
  const place = points.findLastIndex(point => point < last)
  if (place < 0) return undefined
  const next = (points[place] as number) + 1
  return String.fromCodePoint(...points.slice(0, place), next === surrogates.first ? surrogates.next : next)
}
