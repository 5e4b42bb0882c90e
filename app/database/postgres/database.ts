/** The database contract on postgres.js: a bounded pool that reads, and transactions at REPEATABLE READ. */
import { randomBytes } from 'node:crypto'
import postgres from 'postgres'
import { type DatabaseConfig, isSocketFolder } from '../../config.ts'
import { Listeners } from '../cache-tags.ts'
import type { Database, DatabaseOptions } from '../database.ts'
import { readerOf } from '../reader-writer.ts'
import { Listener } from './listen.ts'
import { openPool, type Pool } from './pool.ts'
import { Replica } from './replica.ts'
import { drizzleOn, guard, withDrizzlesDates } from './statements.ts'
import { openTransactions } from './transactions.ts'

export type PostgresConfig = Extract<DatabaseConfig, { engine: 'postgresql' }>
export type PostgresDatabase = Database & { readonly replica: Replica | null }

export function openPostgres(config: PostgresConfig, options: DatabaseOptions): PostgresDatabase {
  const pool = openReading(config, options.timeoutMs ?? options.transactionTimeoutMs ?? 10_000)
  const origin = randomBytes(6).toString('base64url')
  const listeners = new Listeners()
  const listening = { max: 1, max_lifetime: null, fetch_types: false }
  const listener = new Listener(
    callbacks => connect(config, { ...listening, ...callbacks }),
    origin,
    invalidation => listeners.emit(invalidation),
  )
  // A replica that does not answer within a second is not waited for: the primary can.
  const standby = config.replica
    ? openReading({ engine: 'postgresql', ...config.replica }, Math.min(options.timeoutMs ?? 1_000, 1_000))
    : null
  const replica = standby && new Replica(pool, standby, options.maxLagMs ?? 5_000)
  const drizzle = drizzleOn(guard(replica?.reads ?? pool), pool.current(), options)
  const transaction = openTransactions(pool, { ...options, listeners, origin })
  return {
    ...readerOf(drizzle),
    execute: async statement => Array.from<Record<string, unknown>>(await drizzle.execute(statement)),
    transaction: replica ? work => transaction(work).finally(() => replica.wrote()) : transaction,
    listen: callback => {
      listener.start()
      return listeners.add(callback)
    },
    isListening: () => listener.isListening,
    replica,
    ping: async () => void (await pool.unsafe('select 1')),
    close: async () => {
      await listener.close()
      await replica?.close()
      await pool.end()
    },
  }
}

/** The server itself refuses to write outside a transaction: a Reader is one by more than its type. */
function openReading(config: PostgresConfig, timeoutMs: number): Pool {
  return openPool(() => withDrizzlesDates(connect(config, {}, true)), timeoutMs)
}

/** A pool of `pool_size` connections, each replaced after `pool_recycle` seconds (postgres.js: 45 to 90 minutes). */
export function connect(
  config: PostgresConfig,
  options: postgres.Options<Record<string, never>> = {},
  readOnly = false,
): postgres.Sql {
  return postgres({
    ...addressOf(config),
    max: config.poolSize,
    ...(config.poolRecycle ? { max_lifetime: config.poolRecycle } : {}),
    connect_timeout: config.connectTimeout,
    backoff: attempt => Math.min(0.05 * 2 ** attempt, 0.25),
    onnotice: () => {},
    connection: {
      application_name: 'microblog',
      statement_timeout: 10_000,
      TimeZone: 'UTC',
      // Compiling a statement takes longer than any statement here runs.
      jit: false,
      ...config.session,
      default_transaction_read_only: readOnly,
    },
    ...options,
  })
}

/** As options, and not as a URL: the driver decodes one part of a URL only, and hands parameters to the server. */
function addressOf(config: PostgresConfig): postgres.Options<Record<string, never>> {
  const { hosts, ports, user, password, database, tls, directTls, role } = config
  const [first = ''] = hosts
  return {
    // Of several hosts it takes lists, which its types do not know.
    host: hosts as unknown as string,
    port: ports as unknown as number,
    ...(isSocketFolder(first) && { path: `${first}/.s.PGSQL.${ports[0]}` }),
    ...(user && { username: user }),
    ...(password && { password }),
    ...(database && { database }),
    ssl: tls,
    ...(directTls && tls && { sslnegotiation: 'direct' }),
    ...(role && { target_session_attrs: role }),
  }
}
