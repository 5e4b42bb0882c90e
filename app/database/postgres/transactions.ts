/** Transactions on PostgreSQL: at REPEATABLE READ, run again when others were in the way, and never for too long. */
import { setTimeout as delay } from 'node:timers/promises'
import type postgres from 'postgres'
import { Change } from '../changes.ts'
import {
  type Database,
  type DatabaseOptions,
  errorCode,
  tooLong,
  type Writer,
  withinTime,
  writerOf,
} from '../database.ts'
import type { Signals } from '../notify.ts'
import type { Commits } from './commits.ts'
import { linesOf, notifyOthers } from './listen.ts'
import type { Client, Pool } from './pool.ts'
import { drizzleOn, guard } from './statements.ts'

type Work<T> = (tx: Writer) => Promise<T>
type TransactionOptions = DatabaseOptions & { emit: Signals['emit']; commits: Commits; origin: string }

/**
 * Runs a transaction again after a serialisation failure (40001) or deadlock (40P01), and once after a
 * duplicate (23505). Those of this process that have to run again do so one after the other: at the same time
 * they would only fail each other again.
 */
export function openTransactions(pool: Pool, options: TransactionOptions): Database['transaction'] {
  let last: Promise<unknown> = Promise.resolve()
  return async <T>(work: Work<T>): Promise<T> => {
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

/** The longest that a timer can wait. */
const longest = 2 ** 31 - 1

/** One that waited for its connection until nobody waits for it any more does not begin. */
async function attempt<T>(pool: Pool, options: TransactionOptions, work: Work<T>): Promise<T> {
  const { transactionTimeout: timeout = 10_000, patience = Math.min(timeout + 500, longest) } = options
  const once = new TransactionAttempt(options, timeout)
  const begin = (client: postgres.Sql) =>
    client.begin('isolation level repeatable read read write', connection =>
      once.run(connection, client, work),
    ) as Promise<T>
  try {
    const result = await pool.within(begin, patience)
    options.emit(once.signals)
    return result
  } catch (error) {
    options.commits.forget(once.change)
    throw error
  } finally {
    once.isOpen = false
  }
}

/** One attempt: what it may do, for how long, and what it will have done if it commits. */
class TransactionAttempt {
  isOpen = true
  readonly signals = new Set<string>()
  readonly change = new Change()
  readonly #options: TransactionOptions
  readonly #timeout: number
  constructor(options: TransactionOptions, timeout: number) {
    this.#options = options
    this.#timeout = timeout
  }

  async run<T>(connection: Client, client: postgres.Sql, work: Work<T>): Promise<T> {
    const late = () => tooLong(this.#timeout)
    if (!this.isOpen) throw late()
    try {
      const result = await withinTime(work(this.#writer(connection, client)), this.#timeout, late)
      if (this.change.isEmpty && this.signals.size === 0) return result
      await this.#announce(connection)
      return result
    } finally {
      this.isOpen = false
    }
  }

  #writer(connection: Client, client: postgres.Sql): Writer {
    const signal = (topic: string) => void this.signals.add(topic)
    const guarded = guard(connection, () => this.isOpen)
    const { limits = true } = this.#options
    return writerOf(drizzleOn(guarded, client, this.#options), { signal, limits }, this.change)
  }

  /** Before the commit, in one round trip: what others shall hear after it, and the number by which it will be known. */
  async #announce(connection: Client): Promise<void> {
    const { commits, origin } = this.#options
    const [row] = await connection.unsafe(announce, [linesOf(this.signals, origin)], { prepare: true })
    commits.expect(Number(row?.['number']), this.change)
  }
}

const announce = `with said as materialized (${notifyOthers})
  select pg_current_xact_id()::text as number, (select count(*) from said) as said`
