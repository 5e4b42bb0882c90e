/** The database contract on better-sqlite3: one connection reads, one writes, a transaction at a time. */
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import path from 'node:path'
import Client from 'better-sqlite3'
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3'
import type { DatabaseConfig } from '../../config.ts'
import { ALL, Listeners } from '../cache-tags.ts'
import type { Database, DatabaseOptions } from '../database.ts'
import { readerOf } from '../reader-writer.ts'
import { definePatterns } from './like.ts'
import { drizzleOn, statementsOf, transactionRunner } from './statements.ts'
import { WalFlusher } from './wal.ts'
import { WriteQueue } from './write-queue.ts'

export type SqliteConfig = Extract<DatabaseConfig, { engine: 'sqlite' }>

/** Milliseconds between looks for commits of other processes: only looking shows them. */
const lookEveryMs = 250

/** Opens the file, creating it if it is missing. */
export function openSqlite(config: SqliteConfig, options: DatabaseOptions): Database {
  const writing = connect(config)
  const reading = new Client(config.file, { readonly: true, timeout: 5_000 })
  for (const client of [writing, reading]) definePatterns(client)
  const listeners = new Listeners()
  const wal = new WalFlusher(config.file)
  const isDurable = config.synchronous === 'FULL'
  // The write-ahead log is flushed here, without stopping the event loop for it.
  if (isDurable) writing.pragma('synchronous = NORMAL')
  const queue = new WriteQueue(writing, {
    lockTimeoutMs: options.lockTimeoutMs ?? 5_000,
    run: transactionRunner(writing, options),
    synced: async () => (isDurable ? wal.synced() : undefined),
    listeners,
  })
  const foreignCommits = watchForeignCommits(writing, () => listeners.emit(ALL))
  const drizzle = drizzleOn(statementsOf(reading), options)
  return {
    ...readerOf(drizzle),
    transaction: work => queue.enqueue(work),
    // Typed as PostgreSQL's database, but SQLite's has `all` instead of `execute`.
    execute: async statement => (drizzle as unknown as BetterSQLite3Database).all(statement),
    listen: listener => {
      foreignCommits.start()
      return listeners.add(listener)
    },
    isListening: foreignCommits.look,
    ping: async () => void reading.prepare('select count(*) from sqlite_master').get(),
    close: async () => {
      foreignCommits.stop()
      reading.close()
      // After the last transaction, with the write lock. If it fails, the next process to close gathers the statistics.
      await queue.enqueue(async () => void writing.pragma('optimize')).catch(() => {})
      await wal.close()
      writing.close()
    },
  }
}

/** A connection that may write; a new file is readable by its owner only. Its busy timeout is 0: waiting inside SQLite would stall the event loop. */
export function connect(config: SqliteConfig): Client.Database {
  const folder = path.dirname(config.file)
  // One level: `recursive` never returns where folders cannot be made at all (/proc).
  if (!existsSync(folder)) mkdirSync(folder)
  closeSync(openSync(config.file, 'a', 0o600))
  const client = new Client(config.file, { timeout: 5_000 })
  client.pragma('journal_mode = WAL')
  client.pragma(`synchronous = ${config.synchronous}`)
  client.pragma('foreign_keys = ON')
  client.pragma('busy_timeout = 0')
  // What a savepoint may have to undo stays in memory.
  client.pragma('temp_store = MEMORY')
  return client
}

/**
 * Calls back when another process has committed: for the connection that writes, whatever changes its `data_version`
 * is a foreign commit. A look takes 3 µs; one that fails (the file cannot be read just now) answers false.
 */
function watchForeignCommits(writing: Client.Database, changed: () => void) {
  const dataVersion = writing.prepare('pragma data_version').pluck()
  let seen = dataVersion.get()
  let timer: NodeJS.Timeout | undefined
  const look = (): boolean => {
    try {
      const before = seen
      seen = dataVersion.get()
      if (seen !== before) changed()
      return true
    } catch {
      return false
    }
  }
  return {
    look,
    start: () => void (timer ??= setInterval(look, lookEveryMs).unref()),
    stop: () => clearInterval(timer),
  }
}
