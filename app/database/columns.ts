/**
 * The column vocabulary of the two engines. The schema speaks only these words, so it is written once.
 * Everything is typed as PostgreSQL, the stricter of the two: `await` is compulsory, and SQLite's
 * synchronous `.all()` and `.run()` do not exist. Only the engine of this process is loaded.
 */
import { engine } from './engine.ts'
import type { postgresql } from './postgres/columns.ts'
import type { sqlite } from './sqlite/columns.ts'

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

const vocabulary =
  engine === 'postgresql'
    ? (await import('./postgres/columns.ts')).postgresql
    : ((await import('./sqlite/columns.ts')).sqlite as unknown as typeof postgresql)
export const { table, index, uniqueIndex, primaryKey, check, tableConfig } = vocabulary
export const { id, reference, integer, text, time, flag, json, bytes } = vocabulary
