/** What each word of columns.ts is on PostgreSQL. */
import * as pg from 'drizzle-orm/pg-core'

export const postgresql = {
  table: pg.pgTable,
  index: pg.index,
  uniqueIndex: pg.uniqueIndex,
  primaryKey: pg.primaryKey,
  check: pg.check,
  /** What a table consists of: its name, columns and keys. */
  tableConfig: pg.getTableConfig,
  /** A row's own number; never used twice, so that the address of a deleted post stays dead. */
  id: (name = '') => pg.bigint(name, { mode: 'number' }).primaryKey().generatedByDefaultAsIdentity(),
  /** The number of a row of another table. */
  reference: (name = '') => pg.bigint(name, { mode: 'number' }),
  /** A whole number. */
  integer: (name = '') => pg.integer(name),
  text: (name = '') => pg.text(name),
  /** UTC with millisecond precision: a JavaScript date has no finer one, which would break keyset cursors. */
  time: (name = '') => pg.timestamp(name, { withTimezone: true, precision: 3, mode: 'date' }),
  flag: (name = '') => pg.boolean(name),
  json: (name = '') => pg.jsonb(name),
  bytes: (name = '') => pg.bytea(name),
}
