/** Transactions on PostgreSQL: at REPEATABLE READ, run again when others were in the way, and never for too long. */
import { setTimeout as delay } from 'node:timers/promises'
import type postgres from 'postgres'
import { Change, type Listeners } from '../cache-tags.ts'
import type { Database, DatabaseOptions, Writer } from '../database.ts'
import { errorCode, transactionTimedOut, withinTime } from '../errors.ts'
import { runWork } from '../reader-writer.ts'
import { notifyStatement, payloadOf } from './listen.ts'
import type { Client, Pool } from './pool.ts'
import { drizzleOn, guard } from './statements.ts'

type Work<T> = (tx: Writer) => Promise<T>
type TransactionOptions = DatabaseOptions & { listeners: Listeners; origin: string }

/**
 * Runs a transaction again after a serialization failure (40001) or deadlock (40P01), and once after a duplicate
 * (23505), which may be one in disguise: a transaction that looked for a row, found none and wrote one finds the row of
 * another transaction when it runs again; a true duplicate fails once more. Retries of this process run one after the
 * other: at the same time they would only fail each other again.
 * @see https://www.postgresql.org/docs/current/mvcc-serialization-failure-handling.html
 */
export function openTransactions(pool: Pool, options: TransactionOptions): Database['transaction'] {
  let last: Promise<unknown> = Promise.resolve()
  return async <T>(work: Work<T>): Promise<T> => {
    const run = () => attempt(pool, options, work)
    const deadline = Date.now() + 10_000
    try {
      return await run()
    } catch (error) {
      if (!isSerializationFailure(error) && errorCode(error) !== '23505') throw error
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
      if (!isSerializationFailure(error) || Date.now() > deadline) throw error
      await delay(Math.random() * Math.min(2 ** tries, 50))
    }
  }
}

function isSerializationFailure(error: unknown): boolean {
  return ['40001', '40P01'].includes(errorCode(error))
}

/** The longest that a timer can wait: 24 days. */
const maxTimerMs = 2 ** 31 - 1

/** Runs the work once. It does not begin if its connection came only after the timeout. */
async function attempt<T>(pool: Pool, options: TransactionOptions, work: Work<T>): Promise<T> {
  const { transactionTimeoutMs = 10_000, listeners, origin } = options
  const { timeoutMs = Math.min(transactionTimeoutMs + 500, maxTimerMs) } = options
  const timedOut = () => transactionTimedOut(transactionTimeoutMs)
  const change = new Change()
  let isOpen = true
  const run = async (connection: Client, client: postgres.Sql): Promise<T> => {
    if (!isOpen) throw timedOut()
    const guarded = guard(connection, () => isOpen)
    const working = runWork(work, drizzleOn(guarded, client, options), change)
    try {
      const result = await withinTime(working, transactionTimeoutMs, timedOut)
      const { invalidation } = change
      if (invalidation !== null)
        await connection.unsafe(notifyStatement, [payloadOf(invalidation, origin)], { prepare: true })
      return result
    } finally {
      isOpen = false
    }
  }
  const begin = (client: postgres.Sql) =>
    client.begin('isolation level repeatable read read write', connection =>
      run(connection, client),
    ) as Promise<T>
  try {
    const result = await pool.within(begin, timeoutMs)
    listeners.emit(change.invalidation)
    return result
  } finally {
    isOpen = false
  }
}
