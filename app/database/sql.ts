/**
 * The operators that mean the same on both engines: the only door to drizzle-orm's (held by lint).
 * `like`, `ilike`, `for('update')` and their kind compile everywhere and differ in what they do.
 */
import { type AnyColumn, type SQL, sql } from 'drizzle-orm'
import { engine } from './engine.ts'

export type { AnyColumn, SQL } from 'drizzle-orm'
export {
  and,
  asc,
  count,
  desc,
  eq,
  gt,
  gte,
  inArray,
  isNotNull,
  isNull,
  lt,
  lte,
  ne,
  notExists,
  or,
  sql,
} from 'drizzle-orm'

/**
 * The value of a hot query's placeholder. SQLite, built with STAT4, plans a statement again whenever it is run with a
 * value that it compares with an indexed column; inside a subquery its planner does not see the value.
 */
export function given(name: string, column?: AnyColumn): SQL {
  const value = column ? sql`${sql.param(sql.placeholder(name), column)}` : sql`${sql.placeholder(name)}`
  return engine === 'sqlite' ? sql`(select ${value})` : value
}

/** A length in code points; `length()` counts them on both engines. */
export function lengthBetween(column: AnyColumn, least: number, most: number): SQL {
  return sql`length(${column}) between ${sql.raw(String(least))} and ${sql.raw(String(most))}`
}

/** The column's timestamp plus milliseconds: a number on SQLite, a timestamp on PostgreSQL. */
export function shifted(column: AnyColumn, milliseconds: number): SQL {
  const by = sql.raw(String(milliseconds))
  return engine === 'postgresql' ? sql`${column} + ${by} * interval '1 millisecond'` : sql`${column} + ${by}`
}

/**
 * At the end of the subquery that picks the row to update: passes by the rows that another transaction is
 * about to take. On SQLite no other transaction can be, because each holds the write lock from its beginning.
 */
export const skipLocked: SQL = engine === 'postgresql' ? sql`for update skip locked` : sql``
