/** The database contract on postgres.js: a bounded pool that reads, and transactions at REPEATABLE READ. */
import { randomBytes } from 'node:crypto'
import postgres from 'postgres'
import type { DatabaseConfig } from '../../config.ts'
import { type Database, type DatabaseOptions, readerOf } from '../database.ts'
import { openSignals } from '../notify.ts'
import { sharing } from '../sharing.ts'
import { askState, Commits } from './commits.ts'
import { listen } from './listen.ts'
import { openPool, type Pool } from './pool.ts'
import { type OpenReplica, openReplica } from './replica.ts'
import { drizzleOn, guard, withDrizzlesDates } from './statements.ts'
import { openTransactions } from './transactions.ts'

export type PostgresConfig = Extract<DatabaseConfig, { engine: 'postgresql' }>

export function openPostgres(config: PostgresConfig, options: DatabaseOptions): Database {
  const pool = openReading(config, options.patience ?? options.transactionTimeout ?? 10_000)
  const origin = randomBytes(6).toString('base64url')
  const signals = openSignals(emit => listen(connect(config, { max: 1 }), origin, emit))
  const commits = new Commits()
  const replica = replicaOf(config, pool, options)
  const reader = readerOf(drizzleOn(guard(replica?.reads ?? pool), pool.current(), options))
  const transaction = openTransactions(pool, { ...options, emit: signals.emit, commits, origin })
  return {
    ...reader,
    background: reader,
    transaction: replica ? work => transaction(work).finally(replica.wrote) : transaction,
    state: stateOn(pool, commits, replica),
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

/** The server itself refuses to write outside a transaction of ours: a Reader is one by more than its type. */
function openReading(config: PostgresConfig, patience: number): Pool {
  return openPool(() => withDrizzlesDates(connect(config, { readOnly: true })), patience)
}

/** What a standby is like is asked for each request: another one may be told to read from the primary meanwhile. */
function stateOn(pool: Pool, commits: Commits, replica: OpenReplica | null): Database['state'] {
  const onPrimary = sharing(() => commits.state(() => askState(pool)))
  if (!replica) return onPrimary
  return () =>
    replica.replica.visit()?.reads === 'standby' ? commits.state(() => askState(replica.reads)) : onPrimary()
}

/** A replica that does not answer within a second is not waited for: the primary can. */
function replicaOf(
  { replica }: PostgresConfig,
  primary: Pool,
  { lag = 5_000, patience = 1_000 }: DatabaseOptions,
) {
  if (!replica) return null
  const standby = openReading({ engine: 'postgresql', ...replica }, Math.min(patience, 1_000))
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
