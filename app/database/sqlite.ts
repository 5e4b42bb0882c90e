/** The database contract on better-sqlite3: one connection reads, one writes, a transaction at a time. */
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import path from 'node:path'
import Client from 'better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import type { DatabaseConfig } from '../config.ts'
import {
  anything,
  type Database,
  type DatabaseOptions,
  type OnStatement,
  readerOf,
  TransactionClosed,
  tooLong,
  type Writer,
  withinTime,
  writerOf,
} from './database.ts'
import { relations } from './schema.ts'
import { openSignals } from './signals.ts'
import { type SQL, sql } from './sql.ts'
import { openAside } from './sqlite-aside.ts'
import { openLog } from './sqlite-log.ts'
import { openTransactions } from './sqlite-transactions.ts'

export type SqliteConfig = Extract<DatabaseConfig, { engine: 'sqlite' }>

/** Opens the file, creating it readable by its owner only. */
export function openSqlite(config: SqliteConfig, options: DatabaseOptions): Database {
  const writing = connect(config)
  const reading = new Client(config.file, { readonly: true, timeout: 5_000 })
  const reader = readerOf(drizzleOn(statementsOf(reading), options))
  // It changes with every commit of any other connection, and this one only reads.
  const dataVersion = reading.prepare('pragma data_version').pluck()
  const signals = openSignals(emit => watchOthers(writing, () => emit(anything)))
  const log = openLog(config.file)
  const isDurable = config.synchronous === 'FULL'
  // The log is flushed by us, without stopping the process for it.
  if (isDurable) writing.pragma('synchronous = NORMAL')
  const transaction = openTransactions(writing, {
    lockTimeout: options.lockTimeout ?? 5_000,
    run: runnerOn(writing, options),
    flushed: isDurable ? log.flushed : async () => {},
    emit: signals.emit,
  })
  const aside = openAside(config.file, options.onStatement)
  return {
    ...reader,
    aside: aside.reader,
    transaction,
    version: async () => String(dataVersion.get()),
    replica: null,
    onSignal: signals.on,
    ping: async () => void reading.prepare('select count(*) from sqlite_master').get(),
    close: async () => {
      await signals.close()
      await aside.close()
      await transaction(async () => {}).catch(() => {})
      await log.close()
      reading.close()
      writing.pragma('optimize')
      writing.close()
    },
  }
}

/** A connection that may write. Its busy timeout is 0: waiting inside SQLite would stall the event loop. */
export function connect(config: SqliteConfig): Client.Database {
  createPrivately(config.file)
  const client = new Client(config.file, { timeout: 5_000 })
  client.pragma('journal_mode = WAL')
  client.pragma(`synchronous = ${config.synchronous}`)
  client.pragma('foreign_keys = ON')
  client.pragma('busy_timeout = 0')
  // What a savepoint may have to put back does not pass through a file.
  client.pragma('temp_store = MEMORY')
  return client
}

/**
 * Calls back when another process has written, which can only be seen by looking: 3 µs, four times a second.
 * For the writing connection, whatever changes its `data_version` is somebody else's commit.
 */
function watchOthers(writing: Client.Database, changed: () => void): () => Promise<void> {
  const dataVersion = writing.prepare('pragma data_version').pluck()
  const look = () => {
    try {
      return dataVersion.get()
    } catch {
      return null // The file cannot be read just now: what has changed is seen when it can.
    }
  }
  let seen = look()
  const timer = setInterval(() => {
    const now = look()
    if (now === null || now === seen) return
    seen = now
    changed()
  }, 250).unref()
  return async () => clearInterval(timer)
}

function createPrivately(file: string): void {
  const folder = path.dirname(file)
  // One level: `recursive` never comes back where the system lets nobody make folders (/proc).
  if (!existsSync(folder)) mkdirSync(folder)
  closeSync(openSync(file, 'a', 0o600))
}

/** Runs the work of a transaction that has begun, for as long as one may take. */
function runnerOn(client: Client.Database, options: DatabaseOptions) {
  const prepare = statementsOf(client)
  const timeout = options.transactionTimeout ?? 10_000
  return async <T>(work: (tx: Writer) => Promise<T>, topics: Set<string>): Promise<T> => {
    const { tx, revoke } = revocable(prepare, options, topic => void topics.add(topic))
    try {
      return await withinTime(work(tx), timeout, () => tooLong(timeout))
    } finally {
      revoke()
    }
  }
}

type Statement = Pick<Client.Statement, 'all' | 'get' | 'run'>
type Prepare = (sql: string) => Statement & { raw(): Statement }

/** Compiles each text once. `raw()` switches a better-sqlite3 statement for good, so each has its raw twin. */
function statementsOf(client: Client.Database): Prepare {
  const compiled = new Map<string, ReturnType<Prepare>>()
  return sql => {
    let statement = compiled.get(sql)
    if (statement) return statement
    if (compiled.size >= 500) compiled.clear()
    statement = withRawTwin(client, sql)
    compiled.set(sql, statement)
    return statement
  }
}

function withRawTwin(client: Client.Database, sql: string): ReturnType<Prepare> {
  const plain = client.prepare(sql)
  let twin: Statement | undefined
  return {
    all: plain.all.bind(plain),
    get: plain.get.bind(plain),
    run: plain.run.bind(plain),
    raw: () => (twin ??= client.prepare(sql).raw()),
  }
}

/** A Writer that refuses to work once its transaction has ended, instead of joining the next one. */
function revocable(
  prepare: Prepare,
  options: DatabaseOptions,
  signal: Writer['signal'],
): { tx: Writer; revoke: () => void } {
  let open = true
  const guarded: Prepare = sql => {
    if (!open) throw new TransactionClosed('this transaction has ended: await every statement inside it')
    return prepare(sql)
  }
  const tx = writerOf(drizzleOn(guarded, options), { signal, limits: options.limits ?? true })
  return { tx, revoke: () => void (open = false) }
}

/** Drizzle asks its client for nothing but `prepare`. Typed as PostgreSQL, like the tables. */
function drizzleOn(prepare: Prepare, { onStatement }: DatabaseOptions): Parameters<typeof writerOf>[0] {
  const client = { prepare: onStatement ? observed(prepare, onStatement) : prepare }
  const database = drizzle({ client: client as unknown as Client.Database, relations })
  writeLimitsOut((database as unknown as { dialect: LimitingDialect }).dialect)
  return database as unknown as Parameters<typeof writerOf>[0]
}

type LimitingDialect = { buildLimit(limit: unknown): SQL | undefined }

/**
 * Drizzle makes a parameter of each limit, and a limit that is a parameter lets SQLite (built with STAT4) compile
 * the statement anew each time that it runs: three quarters of what a page's statements took.
 */
function writeLimitsOut(dialect: LimitingDialect): void {
  const build = dialect.buildLimit
  dialect.buildLimit = limit =>
    Number.isInteger(limit) ? sql.raw(` limit ${limit}`) : build.call(dialect, limit)
}

/** Drizzle's logger only hears of a statement's beginning, so its end is observed here. */
function observed(prepare: Prepare, onStatement: OnStatement): Prepare {
  const observe = (sql: string, statement: Statement): Statement => {
    const timed =
      (verb: keyof Statement) =>
      (...values: unknown[]) => {
        const ended = onStatement(sql)
        try {
          return statement[verb](...values)
        } finally {
          ended?.()
        }
      }
    return { all: timed('all'), get: timed('get'), run: timed('run') } as Statement
  }
  return sql => {
    const statement = prepare(sql)
    return { ...observe(sql, statement), raw: () => observe(sql, statement.raw()) }
  }
}
