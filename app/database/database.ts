/**
 * The database as the application sees it. `Reader` can only read, `Writer` can also write, and a Writer exists only
 * inside `transaction`: the type of a function shows what it may touch.
 */
import type { PgAsyncDatabase } from 'drizzle-orm/pg-core'
import type { PostgresJsQueryResultHKT } from 'drizzle-orm/postgres-js'
import type { CacheTag, Invalidation } from './cache-tags.ts'
import type { relations } from './schema.ts'
import type { SQL } from './sql.ts'

type Drizzle = PgAsyncDatabase<PostgresJsQueryResultHKT, typeof relations>

export type Reader = Pick<Drizzle, 'select' | 'selectDistinct' | 'with' | '$with' | '$count' | 'query'>
export type Writer = Reader &
  Pick<Drizzle, 'insert' | 'update' | 'delete'> & {
    /**
     * Names what this transaction changes. Once it has committed, every process drops what it has cached under these
     * tags and sends live updates. A table that pages show, written without one of its tags, invalidates everything; a
     * delete writes the tables whose rows go with it, too.
     */
    invalidates(...tags: CacheTag[]): void
  }

export interface Database extends Reader {
  /**
   * Runs `work` and commits what it did, or nothing if it throws. PostgreSQL may run it again after a
   * serialization failure, so it must have no effects outside `tx`. One that takes longer than
   * `transactionTimeoutMs` is rolled back with an error.
   * @throws DatabaseUnavailable when the database cannot be written to just now
   */
  transaction<T>(work: (tx: Writer) => Promise<T>): Promise<T>
  /** The rows of a statement written by hand, which can only read: for the shell and for scripts. */
  execute(statement: SQL | string): Promise<Record<string, unknown>[]>
  /** Calls back after each commit of any process with what it invalidates; returns how to stop. */
  listen(listener: (invalidation: Invalidation) => void): () => void
  /**
   * Whether every commit of other processes has been heard of, but for the milliseconds that a notification travels.
   * While it is false, nothing cached may be served. On SQLite it looks for foreign commits first.
   */
  isListening(): boolean
  /** Resolves when the database answers. */
  ping(): Promise<void>
  close(): Promise<void>
}

/** The test of the statement budget counts statements; the shell times them. */
export type OnStatement = (sql: string) => void | (() => void)

export type DatabaseOptions = {
  /** Called with the text of each statement as it begins; what it returns is called when it has ended. */
  onStatement?: OnStatement
  /** Milliseconds that a transaction may stay open. */
  transactionTimeoutMs?: number
  /** Milliseconds to wait for a database server that says nothing at all. */
  timeoutMs?: number
  /** Milliseconds to wait for another process's write lock. */
  lockTimeoutMs?: number
  /** Milliseconds that a replica may be behind and still be read. */
  maxLagMs?: number
}

/** The values of a prepared query's placeholders. */
export type Values = Record<string, unknown>
export type Preparable<Row> = { prepare(name: string): { execute(values: Values): Promise<Row> } }

/**
 * A hot query, built once a database instead of once a call.
 * `build` uses `sql.placeholder()`; the function returned takes their values.
 */
export function prepared<Given extends Values, Row>(
  name: string,
  build: (db: Reader) => Preparable<Row>,
): (db: Reader, values: Given) => Promise<Row> {
  const statements = new WeakMap<Reader, ReturnType<Preparable<Row>['prepare']>>()
  return (db, values) => {
    let statement = statements.get(db)
    if (!statement) statements.set(db, (statement = build(db).prepare(name)))
    return statement.execute(values)
  }
}
