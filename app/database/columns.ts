/**
 * The column vocabulary of the two engines. The schema speaks only these words, so it is written once.
 * Everything is typed as PostgreSQL, the stricter of the two: `await` is compulsory, and SQLite's
 * synchronous `.all()` and `.run()` do not exist.
 */
import * as pg from 'drizzle-orm/pg-core'
import * as lite from 'drizzle-orm/sqlite-core'
import { engine } from './engine.ts'

const postgresql = {
  table: pg.pgTable,
  index: pg.index,
  uniqueIndex: pg.uniqueIndex,
  primaryKey: pg.primaryKey,
  check: pg.check,
  /** A row's own number; never used twice, so that the address of a deleted post stays dead. */
  id: (name = '') => pg.bigint(name, { mode: 'number' }).primaryKey().generatedByDefaultAsIdentity(),
  /** The number of a row of another table. */
  reference: (name = '') => pg.bigint(name, { mode: 'number' }),
  /** A whole number. */
  integer: (name = '') => pg.integer(name),
  text: (name = '') => pg.text(name),
  /** A moment in UTC with millisecond precision: finer ones would break keyset cursors. */
  time: (name = '') => pg.timestamp(name, { withTimezone: true, precision: 3, mode: 'date' }),
  flag: (name = '') => pg.boolean(name),
  json: (name = '') => pg.jsonb(name),
  bytes: (name = '') => pg.bytea(name),
}

const sqlite = {
  table: lite.sqliteTable,
  index: lite.index,
  uniqueIndex: lite.uniqueIndex,
  primaryKey: lite.primaryKey,
  check: lite.check,
  id: (name = '') => lite.integer(name).primaryKey({ autoIncrement: true }),
  reference: (name = '') => lite.integer(name),
  integer: (name = '') => lite.integer(name),
  text: (name = '') => lite.text(name),
  time: (name = '') => lite.integer(name, { mode: 'timestamp_ms' }),
  flag: (name = '') => lite.integer(name, { mode: 'boolean' }),
  json: (name = '') => lite.text(name, { mode: 'json' }),
  bytes: (name = '') => lite.blob(name, { mode: 'buffer' }),
}

type Value<Column> = Column extends (...args: never[]) => { _: { data: infer Data } } ? Data : never
type Column = 'id' | 'reference' | 'integer' | 'text' | 'time' | 'flag' | 'json' | 'bytes'
type Same<A, B> = [A, B] extends [B, A] ? true : never
/** Does not compile when a word means another JavaScript type on the other engine. */
const proof: { [Word in Column]: Same<Value<(typeof sqlite)[Word]>, Value<(typeof postgresql)[Word]>> } = {
  id: true,
  reference: true,
  integer: true,
  text: true,
  time: true,
  flag: true,
  json: true,
  bytes: true,
}
void proof

const vocabulary = engine === 'postgresql' ? postgresql : (sqlite as unknown as typeof postgresql)
export const { table, index, uniqueIndex, primaryKey, check } = vocabulary
export const { id, reference, integer, text, time, flag, json, bytes } = vocabulary
