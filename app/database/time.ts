/** Date arithmetic on both engines. */
import { type AnyColumn, type SQL, sql } from 'drizzle-orm'
import { engine } from './engine.ts'

/** The column's timestamp plus milliseconds: a number on SQLite, a timestamp on PostgreSQL. */
export function shifted(column: AnyColumn, milliseconds: number): SQL {
  const by = sql.raw(String(milliseconds))
  return engine === 'postgresql' ? sql`${column} + ${by} * interval '1 millisecond'` : sql`${column} + ${by}`
}
