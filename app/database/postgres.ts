/** The database contract on postgres.js: a bounded pool, and transactions at REPEATABLE READ. */
import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { drizzle } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import type { DatabaseConfig } from '../config.ts'
import {
  anything,
  type Database,
  type DatabaseOptions,
  errorCode,
  type OnStatement,
  readerOf,
  type State,
  TransactionClosed,
  tooLong,
  type Writer,
  withinTime,
  writerOf,
} from './database.ts'
import { type Client, openPool, type Pool } from './postgres-pool.ts'
import { openReplica } from './replica.ts'
import { relations } from './schema.ts'
import { openSignals, type Signals } from './signals.ts'

export type PostgresConfig = Extract<DatabaseConfig, { engine: 'postgresql' }>

export function openPostgres(config: PostgresConfig, options: DatabaseOptions): Database {
  // The server itself refuses to write outside a transaction of ours: a Reader is one by more than its type.
  const patience = options.patience ?? options.transactionTimeout ?? 10_000
  const pool = openPool(() => withDrizzlesDates(connect(config, { readOnly: true })), patience)
  const origin = randomBytes(6).toString('base64url')
  const signals = openSignals(emit => hearOthers(config, origin, emit))
  const replica = replicaOf(config, pool, options)
  const reads = replica?.reads ?? pool
  const reader = readerOf(drizzleOn(guard(reads), pool.current(), options))
  const transaction = transactions(pool, { ...options, signals, origin })
  return {
    ...reader,
    aside: reader,
    transaction: replica ? work => transaction(work).finally(replica.wrote) : transaction,
    state: async () => {
      const [row] = await reads.unsafe(stateSeen, [], { prepare: true })
      return stateOf(String(row?.['seen']))
    },
    replica: replica?.replica ?? null,
    onSignal: signals.on,
    ping: async () => void (await pool.unsafe('select 1')),
    close: async () => {
      await signals.close()
      await replica?.close()
      await pool.end()
    },
  }
}

/** What a snapshot sees is what its text names: two equal ones see the same. On a standby the log's place does. */
const stateSeen = `select case when pg_is_in_recovery() then pg_last_wal_replay_lsn()::text
  else pg_current_snapshot()::text end as seen`

/** Other processes tell what they have committed later than it can be read, so topics are of no use here. */
function stateOf(key: string): State {
  return { key, knowsTopics: false, isUnchangedSince: earlier => earlier.key === key }
}

/** A replica that does not answer within a second is not waited for: the primary can. */
function replicaOf(
  { replica }: PostgresConfig,
  primary: Pool,
  { lag = 5_000, patience = 1_000 }: DatabaseOptions,
) {
  if (!replica) return null
  const config = { engine: 'postgresql', ...replica } as const
  const standby = openPool(
    () => withDrizzlesDates(connect(config, { readOnly: true })),
    Math.min(patience, 1_000),
  )
  return openReplica(primary, standby, lag)
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
    backoff: attempt => Math.min(0.05 * 2 ** attempt, 0.25),
    onnotice: () => {},
    connection: {
      application_name: 'microblog',
      statement_timeout: 10_000,
      TimeZone: 'UTC',
      default_transaction_read_only: readOnly,
      // Compiling a statement takes longer than any statement of ours runs.
      jit: false,
    },
  })
}

/**
 * Hears on a connection of its own what the transactions of other processes signalled. The connection is made
 * again whenever it is lost; something may have been missed then, as between asking for it and having it.
 */
function hearOthers(
  config: PostgresConfig,
  origin: string,
  emit: (topic: string) => void,
): () => Promise<void> {
  const listening = connect(config, { max: 1 })
  const hear = (payload: string) => {
    const [from, topic] = payload.split(' ')
    if (from !== origin && topic) emit(topic)
  }
  // If it fails now, it is tried again like a connection that was lost.
  void listening.listen(channel, hear, () => emit(anything)).catch(() => {})
  return () => listening.end({ timeout: 0 })
}

const channel = 'microblog'

/** Sends topics to the other processes at the commit, and at no other time: one round trip for all of them. */
async function notifyOthers(connection: Client, topics: Set<string>, origin: string): Promise<void> {
  if (topics.size === 0) return
  const payloads = [...topics].map(topic => `${origin} ${topic}`).join('\n')
  const statement = `select pg_notify('${channel}', payload) from unnest(string_to_array($1, chr(10))) as payload`
  await connection.unsafe(statement, [payloads], { prepare: true })
}

type TransactionOptions = DatabaseOptions & { signals: Signals; origin: string }

/** The longest that a timer can wait. */
const longest = 2 ** 31 - 1

/** One that waited for its connection until nobody waits for it any more does not begin. */
async function attempt<T>(
  pool: Pool,
  options: TransactionOptions,
  work: (tx: Writer) => Promise<T>,
): Promise<T> {
  const timeout = options.transactionTimeout ?? 10_000
  const topics = new Set<string>()
  let open = true
  const begin = (client: postgres.Sql) =>
    client.begin('isolation level repeatable read read write', async connection => {
      if (!open) throw tooLong(timeout)
      const guarded = guard(connection, () => open)
      const signal = (topic: string) => void topics.add(topic)
      const own = { signal, limits: options.limits ?? true }
      const tx = writerOf(drizzleOn(guarded, client, options), own, null)
      try {
        const result = await withinTime(work(tx), timeout, () => tooLong(timeout))
        await notifyOthers(connection, topics, options.origin)
        return result
      } finally {
        open = false
      }
    }) as Promise<T>
  try {
    const result = await pool.within(begin, options.patience ?? Math.min(timeout + 500, longest))
    options.signals.emit(topics)
    return result
  } finally {
    open = false
  }
}

/**
 * Runs a transaction again after a serialisation failure (40001) or deadlock (40P01), and once after a
 * duplicate (23505). Those of this process that have to run again do so one after the other: at the same time
 * they would only fail each other again.
 */
function transactions(pool: Pool, options: TransactionOptions): Database['transaction'] {
  let last: Promise<unknown> = Promise.resolve()
  return async <T>(work: (tx: Writer) => Promise<T>): Promise<T> => {
    const run = () => attempt(pool, options, work)
    const deadline = Date.now() + 10_000
    try {
      return await run()
    } catch (error) {
      if (!isSerialisationFailure(error) && !isDuplicate(error)) throw error
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

/**
 * May be a serialisation failure in disguise: whoever looked for a row, did not find it and wrote one finds
 * that of another transaction when running again, and a true duplicate fails once more.
 * @see https://www.postgresql.org/docs/current/mvcc-serialization-failure-handling.html
 */
function isDuplicate(error: unknown): boolean {
  return errorCode(error) === '23505'
}

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

/** Drizzle has set them on the options that its pool was opened with; another pool has options of its own. */
function withDrizzlesDates(client: postgres.Sql): postgres.Sql {
  drizzle({ client })
  return client
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
