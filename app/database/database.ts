/**
 * What the rest of the application knows of a database. `Reader` can only read, `Writer` can also write,
 * and a Writer exists only inside `transaction`: the type of a function shows what it may touch.
 */
import type { PgAsyncDatabase, PgTable } from 'drizzle-orm/pg-core'
import type { PostgresJsQueryResultHKT } from 'drizzle-orm/postgres-js'
import type { DatabaseConfig } from '../config.ts'
import type { Change, Topic } from './changes.ts'
import { engine } from './engine.ts'
import './postgres/driver-patch.ts'
import type { relations } from './schema.ts'

type Drizzle = PgAsyncDatabase<PostgresJsQueryResultHKT, typeof relations>

export type Reader = Pick<Drizzle, 'select' | 'selectDistinct' | 'with' | '$with' | '$count' | 'query'>
export type Writer = Reader &
  Pick<Drizzle, 'insert' | 'update' | 'delete'> & {
    /** Tells every listener of every process, once this transaction has committed, what it is about. */
    signal(topic: string): void
    /**
     * A Writer for statements of which remembered pages show nothing that is not about these topics. What is written
     * without saying so makes all remembered pages old.
     */
    about(...topics: Topic[]): Writer
    /** Whether allowances are counted (RATE_LIMITS). */
    readonly limits: boolean
  }

/** What a listener hears when another process wrote and nobody can say what: everything may have changed. */
export const anything = '*'

export interface Database extends Reader {
  /** For reads that may take tens of milliseconds: on SQLite in a thread of its own, so that others need not wait. */
  readonly background: Reader
  /**
   * Runs `work` and commits what it did, or nothing if it throws. PostgreSQL may run it again after a
   * serialisation failure, so it must have no effects outside `tx`. One that takes longer than
   * `transactionTimeout` is rolled back with an error.
   * @throws DatabaseUnavailable when the database cannot be written to just now
   */
  transaction<T>(work: (tx: Writer) => Promise<T>): Promise<T>
  /** As it is now, as far as whoever asks reads, with all that any process has committed. */
  state(): Promise<State>
  /** Where some requests read, if there is one. */
  readonly replica: Replica | null
  /** Calls back with each topic that is signalled, or `anything`; returns how to stop. */
  onSignal(listener: (topic: string) => void): () => void
  /** Resolves when the database answers. */
  ping(): Promise<void>
  close(): Promise<void>
}

/** What a database was like at a moment. */
export type State = {
  /** Another text whenever anything has been committed. */
  key: string
  /** Whether it tells topics apart, or counts whatever was committed as being about all of them. */
  knowsTopics: boolean
  /** Whether nothing about these topics (null: nothing at all) was committed between `earlier` and this. */
  isUnchangedSince(earlier: State, topics: readonly Topic[] | null): boolean
}

/** Where a request reads, and whether it has committed anything. */
export type Visit = { reads: 'primary' | 'standby'; wrote: boolean }

/** A database that follows the primary, moments behind. Outside `during`, everything is read from the primary. */
export interface Replica {
  /** A place on the replica, if it has all that the primary had at the position `seen`; else on the primary. */
  place(seen: number): Promise<Visit>
  /** Runs `work`; that, and all that it begins, reads where the visit says, and marks there what it writes. */
  during<T>(visit: Visit, work: () => T): T
  /** The visit of whoever asks, if any. */
  visit(): Visit | undefined
  /** Where the primary is now: all that has been committed lies before it. */
  position(): Promise<number>
  /** Calls back when the replica begins to be read, or is not any more because it is away or too far behind. */
  onChange(listener: (isServing: boolean) => void): void
}

/** The test of the statement budget counts statements; the shell times them. */
export type OnStatement = (sql: string) => void | (() => void)

export type DatabaseOptions = {
  /** Called with the text of each statement as it begins; what it returns is called when it has ended. */
  onStatement?: OnStatement
  /** Milliseconds that a transaction may stay open. */
  transactionTimeout?: number
  /** Milliseconds to wait for a database server that says nothing at all. */
  patience?: number
  /** Milliseconds to wait for another process's write lock. */
  lockTimeout?: number
  /** Milliseconds that a replica may be behind and still be read. */
  lag?: number
  /** False: allowances are not counted. */
  limits?: boolean
}

/** The database cannot be reached, or is locked: nothing is wrong with the request, try again. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable'
}

/** The SQLSTATE, SQLite or system code of an error, through Drizzle's wrapping; empty if it has none. */
export function errorCode(error: unknown): string {
  const { code, cause } = Object(error) as { code?: unknown; cause?: unknown }
  if (typeof code === 'string') return code
  return cause ? errorCode(cause) : ''
}

/**
 * Lost connections, servers that shut down or are full, statements cut short, locked, full and read-only files; 0A000
 * is what a standby says to whoever begins to write.
 */
const unavailable =
  /^(08...|53...|57P0[123]|57014|40001|40P01|25006|0A000|CONNECTION_.*|CONNECT_TIMEOUT|ECONN(REFUSED|RESET)|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENOTFOUND|EAI_AGAIN|SQLITE_(BUSY|LOCKED|FULL|READONLY|IOERR|CANTOPEN).*)$/

/** True when a row was to refer to one that is gone: somebody deleted it meanwhile. */
export function isMissingReference(error: unknown): boolean {
  return ['23503', 'SQLITE_CONSTRAINT_FOREIGNKEY'].includes(errorCode(error))
}

/** True when the database, not the request, is the trouble, and trying again later may help. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof DatabaseUnavailable || error instanceof TransactionClosed) return true
  // Drizzle wraps what a statement fails with, ours too.
  const { cause } = Object(error) as { cause?: unknown }
  return unavailable.test(errorCode(error)) || (cause !== undefined && isUnavailable(cause))
}

export class TransactionClosed extends Error {
  override readonly name = 'TransactionClosed'
}

export function tooLong(milliseconds: number): TransactionClosed {
  return new TransactionClosed(`a transaction was open for more than ${milliseconds} ms and was rolled back`)
}

/**
 * Opens a database of the engine that this process was started for.
 * @throws Error when the configuration asks for the other engine: the tables cannot change theirs
 */
export async function openDatabase(config: DatabaseConfig, options: DatabaseOptions = {}): Promise<Database> {
  assertEngine(config)
  if (config.engine === 'sqlite') return (await import('./sqlite/database.ts')).openSqlite(config, options)
  return (await import('./postgres/database.ts')).openPostgres(config, options)
}

export function assertEngine(config: DatabaseConfig): void {
  if (config.engine === engine) return
  throw new Error(
    `this process was started for ${engine}: set DATABASE_URL before it starts to use ${config.engine}`,
  )
}

/** The Reader's part of a Drizzle database; the methods may be passed around freely. */
export function readerOf(drizzle: Drizzle): Reader {
  return {
    select: drizzle.select.bind(drizzle),
    selectDistinct: drizzle.selectDistinct.bind(drizzle),
    with: drizzle.with.bind(drizzle),
    $with: drizzle.$with,
    $count: drizzle.$count.bind(drizzle),
    query: drizzle.query,
  }
}

/** A Writer that notes in `change` what is written, if anybody wants to know. */
export function writerOf(
  drizzle: Drizzle,
  own: Pick<Writer, 'signal' | 'limits'>,
  change: Change | null,
): Writer {
  const reader = { ...own, ...readerOf(drizzle) }
  const about = (...topics: Topic[]): Writer => {
    const noting =
      <Table extends PgTable, Begun>(begin: (table: Table) => Begun) =>
      (table: Table) => {
        change?.wrote(table, topics)
        return begin(table)
      }
    return {
      ...reader,
      about,
      insert: noting(table => drizzle.insert(table)),
      update: noting(table => drizzle.update(table)),
      delete: noting(table => drizzle.delete(table)),
    } as Writer
  }
  return about()
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

/** Settles like `work`, or rejects with the error after that many milliseconds. */
export async function withinTime<T>(work: Promise<T>, milliseconds: number, error: () => Error): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(error()), milliseconds)
  try {
    return await Promise.race([work, promise])
  } finally {
    clearTimeout(timer)
  }
}
