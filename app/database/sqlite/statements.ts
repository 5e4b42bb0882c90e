/** Drizzle on better-sqlite3, with each statement compiled once, and a Writer for the length of a transaction. */
import type Client from 'better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import type { Change } from '../cache-tags.ts'
import type { DatabaseOptions, OnStatement, Writer } from '../database.ts'
import { TransactionClosed, transactionTimedOut, withinTime } from '../errors.ts'
import { type Drizzle, runWork } from '../reader-writer.ts'
import { relations } from '../schema.ts'
import { type SQL, sql } from '../sql.ts'

/** Runs the work of a transaction that has begun, with a Writer that refuses to work after its end. */
export function transactionRunner(client: Client.Database, options: DatabaseOptions) {
  const prepare = statementsOf(client)
  const { transactionTimeoutMs = 10_000 } = options
  return async <T>(work: (tx: Writer) => Promise<T>, change: Change): Promise<T> => {
    let isOpen = true
    const guarded: Prepare = text => {
      if (!isOpen) throw new TransactionClosed('this transaction has ended: await every statement inside it')
      return prepare(text)
    }
    try {
      const working = runWork(work, drizzleOn(guarded, options), change)
      return await withinTime(working, transactionTimeoutMs, () => transactionTimedOut(transactionTimeoutMs))
    } finally {
      isOpen = false
    }
  }
}

type Statement = Pick<Client.Statement, 'all' | 'get' | 'run'>
type Prepare = (sql: string) => Statement & { raw(): Statement }

/** Compiles each text once. `raw()` switches a better-sqlite3 statement for good, so each has its raw twin. */
export function statementsOf(client: Client.Database): Prepare {
  const compiled = new Map<string, ReturnType<Prepare>>()
  return sql => {
    const known = compiled.get(sql)
    if (known) return known
    if (compiled.size >= 500) compiled.clear()
    const plain = client.prepare(sql)
    let twin: Statement | undefined
    const statement = {
      all: plain.all.bind(plain),
      get: plain.get.bind(plain),
      run: plain.run.bind(plain),
      raw: () => (twin ??= client.prepare(sql).raw()),
    }
    compiled.set(sql, statement)
    return statement
  }
}

/** Drizzle calls only `prepare`. Typed as PostgreSQL, like the tables. */
export function drizzleOn(prepare: Prepare, { onStatement }: DatabaseOptions): Drizzle {
  const client = { prepare: onStatement ? observed(prepare, onStatement) : prepare }
  const database = drizzle({ client: client as unknown as Client.Database, relations })
  // Drizzle makes a parameter of each limit, and with a limit that is a parameter SQLite (built with STAT4) compiles the
  // statement again at each run: three quarters of the time of a page's statements.
  const { dialect } = database as unknown as { dialect: { buildLimit(limit: unknown): SQL | undefined } }
  const build = dialect.buildLimit
  dialect.buildLimit = limit =>
    Number.isInteger(limit) ? sql.raw(` limit ${String(limit)}`) : build.call(dialect, limit)
  return database as unknown as Drizzle
}

/** Drizzle's logger is only called when a statement begins; its end is observed here. */
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
