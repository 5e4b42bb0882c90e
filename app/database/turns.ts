import type { Database, Writer } from './database.ts'
import { engine } from './engine.ts'

/** The last transaction of each key that has one. */
const last = new Map<string, Promise<unknown>>()

/**
 * Runs a transaction that writes a row which many write, like the post that counts its likes: those of this process with
 * the same key take turns. At the same time, each on PostgreSQL would make all others fail to serialize, and their
 * retries would keep the retries of other transactions waiting. On SQLite all transactions take turns as it is.
 */
export function inTurn<T>(db: Database, key: string, work: (tx: Writer) => Promise<T>): Promise<T> {
  if (engine === 'sqlite') return db.transaction(work)
  const turn = (last.get(key) ?? Promise.resolve()).then(() => db.transaction(work))
  const forget = () => void (last.get(key) === done && last.delete(key))
  const done: Promise<void> = turn.then(forget, forget)
  last.set(key, done)
  return turn
}
