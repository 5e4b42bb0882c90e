/** The database contract on postgres.js: a bounded pool, and transactions at REPEATABLE READ. */
import { setTimeout as delay } from 'node:timers/promises'
import { drizzle } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import type { DatabaseConfig } from '../config.ts'
import {
  type Database,
  type DatabaseOptions,
  errorCode,
  type OnStatement,
  readerOf,
  TransactionClosed,
  tooLong,
  type Writer,
  withinTime,
  writerOf,
} from './database.ts'
import { relations } from './schema.ts'
import { openSignals, type Signals } from './signals.ts'

export type PostgresConfig = Extract<DatabaseConfig, { engine: 'postgresql' }>

export function openPostgres(config: PostgresConfig, options: DatabaseOptions): Database {
  // The server itself refuses to write outside a transaction of ours: a Reader is one by more than its type.
  const client = connect(config, { readOnly: true })
  const signals = openSignals()
  return {
    ...readerOf(drizzleOn(guard(client), client, options)),
    transaction: transactions(client, { ...options, signals }),
    onSignal: signals.on,
    ping: async () => void (await client.unsafe('select 1')),
    close: () => client.end({ timeout: 5 }),
  }
}

/** A pool of `pool_size` connections, each replaced after `pool_recycle` seconds (postgres.js: 45 to 90 minutes). */
export function connect(
  config: PostgresConfig,
  { max = config.poolSize, readOnly = false } = {},
): postgres.Sql {
  return postgres(config.url, {
    max,
    ...(config.poolRecycle ? { max_lifetime: config.poolRecycle } : {}),
    connect_timeout: 5,
    backoff: attempt => Math.min(0.05 * 2 ** attempt, 1),
    onnotice: () => {},
    connection: {
      application_name: 'microblog',
      statement_timeout: 10_000,
      TimeZone: 'UTC',
      default_transaction_read_only: readOnly,
    },
  })
}

type TransactionOptions = DatabaseOptions & { signals: Signals }

async function attempt<T>(
  client: postgres.Sql,
  options: TransactionOptions,
  work: (tx: Writer) => Promise<T>,
): Promise<T> {
  const timeout = options.transactionTimeout ?? 10_000
  const topics = new Set<string>()
  const result = (await client.begin('isolation level repeatable read read write', async connection => {
    let open = true
    try {
      const guarded = guard(connection, () => open)
      const tx = writerOf(drizzleOn(guarded, client, options), topic => void topics.add(topic))
      return await withinTime(work(tx), timeout, tooLong(timeout))
    } finally {
      open = false
    }
  })) as T
  options.signals.emit(topics)
  return result
}

/**
 * Runs a transaction again after a serialisation failure (40001) or deadlock (40P01). Those of this process
 * that have to run again do so one after the other: at the same time they would only fail each other again.
 */
function transactions(client: postgres.Sql, options: TransactionOptions): Database['transaction'] {
  let last: Promise<unknown> = Promise.resolve()
  return async <T>(work: (tx: Writer) => Promise<T>): Promise<T> => {
    const run = () => attempt(client, options, work)
    const deadline = Date.now() + 10_000
    try {
      return await run()
    } catch (error) {
      if (!isSerialisationFailure(error)) throw error
    }
    const result = last.then(() => repeated(run, deadline))
    last = result.catch(() => {})
    return result
  }
}

/** Other processes may still be in the way: tries again, with jitter, until the deadline. */
async function repeated<T>(run: () => Promise<T>, deadline: number): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await run()
    } catch (error) {
      if (!isSerialisationFailure(error) || Date.now() > deadline) throw error
      await delay(Math.random() * Math.min(2 ** tries, 50))
    }
  }
}

function isSerialisationFailure(error: unknown): boolean {
  return ['40001', '40P01'].includes(errorCode(error))
}

type Client = Pick<postgres.Sql, 'unsafe'>

/** Every statement is prepared (one round trip from its second use on), and none runs after its transaction. */
function guard(connection: Client, isOpen: () => boolean = () => true): Client {
  return {
    unsafe: ((text: string, values: never[]) => {
      if (!isOpen())
        throw new TransactionClosed('this transaction has ended: await every statement inside it')
      return connection.unsafe(text, values, { prepare: true })
    }) as Client['unsafe'],
  }
}

/** Drizzle replaces the pool's parsers of dates with its own, and otherwise asks for nothing but `unsafe`. */
function drizzleOn(
  client: Client,
  { options }: postgres.Sql,
  { onStatement }: DatabaseOptions,
): Parameters<typeof writerOf>[0] {
  const unsafe = onStatement ? observed(client, onStatement) : client.unsafe
  return drizzle({ client: { unsafe, options } as unknown as postgres.Sql, relations })
}

/** Drizzle's logger only hears of a statement's beginning, so its end is observed here. */
function observed(client: Client, onStatement: OnStatement): Client['unsafe'] {
  return ((text: string, values: never[]) => {
    const ended = onStatement(text)
    const query = client.unsafe(text, values)
    if (ended) void query.then(ended, ended)
    return query
  }) as Client['unsafe']
}
