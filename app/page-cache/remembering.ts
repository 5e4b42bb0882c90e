import type { Topic } from '../database/changes.ts'
import type { Database, State } from '../database/database.ts'

/** Something to be read, unless it is remembered: under which key, and what its value is about. */
type Asked<Key, Value> = { key: Key; topics(value: Value): Topic[]; read(): Promise<Value> }
type Kept<Value> = { state: State; topics: Topic[]; value: Value; until: number }

/**
 * Remembers up to `most` values of each database, each for as long as nothing that it is about has been committed, and
 * for `lifetime` milliseconds at the longest. Without a state (of the database, when the request came), nothing is.
 */
export function remembering<Key, Value>({ most = 5_000, lifetime = Number.POSITIVE_INFINITY } = {}) {
  const stores = new WeakMap<Database, Map<Key, Kept<Value>>>()
  const storeOf = (db: Database) => {
    const store = stores.get(db) ?? new Map<Key, Kept<Value>>()
    stores.set(db, store)
    return store
  }
  return async (db: Database, state: State | null, asked: Asked<Key, Value>): Promise<Value> => {
    if (state === null) return asked.read()
    const store = storeOf(db)
    const kept = store.get(asked.key)
    if (kept && Date.now() < kept.until && state.isUnchangedSince(kept.state, kept.topics)) return kept.value
    const value = await asked.read()
    if (store.size >= most) store.clear()
    store.set(asked.key, { state, topics: asked.topics(value), value, until: Date.now() + lifetime })
    return value
  }
}
