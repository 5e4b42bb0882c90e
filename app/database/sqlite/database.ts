/** The database contract on better-sqlite3: one connection reads, one writes, a transaction at a time. */
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import path from 'node:path'
import Client from 'better-sqlite3'
import type { DatabaseConfig } from '../../config.ts'
import { ChangeLog } from '../changes.ts'
import { anything, type Database, type DatabaseOptions, readerOf } from '../database.ts'
import { openSignals, type Signals } from '../notify.ts'
import { openAside } from './background.ts'
import { drizzleOn, runnerOn, statementsOf } from './statements.ts'
import { WalFlusher } from './wal.ts'
import { openTransactions } from './write-queue.ts'

export type SqliteConfig = Extract<DatabaseConfig, { engine: 'sqlite' }>

/** Opens the file, creating it readable by its owner only. */
export function openSqlite(config: SqliteConfig, options: DatabaseOptions): Database {
  const writing = connect(config)
  const signals = openSignals(emit => watchOthers(writing, () => emit(anything)))
  const writes = openWrites(writing, { ...options, ...config, emit: signals.emit })
  const reading = new Client(config.file, { readonly: true, timeout: 5_000 })
  const aside = openAside(config.file, options.onStatement)
  return {
    ...readerOf(drizzleOn(statementsOf(reading), options)),
    background: aside.reader,
    transaction: writes.transaction,
    state: writes.state,
    replica: null,
    onSignal: signals.on,
    ping: async () => void reading.prepare('select count(*) from sqlite_master').get(),
    close: async () => {
      await signals.close()
      await aside.close()
      reading.close()
      await writes.close()
    },
  }
}

type WriteOptions = DatabaseOptions & SqliteConfig & { emit: Signals['emit'] }

/** Everything that is written passes through here, so this knows what has changed. */
function openWrites(writing: Client.Database, options: WriteOptions) {
  const changes = new ChangeLog()
  const haveOthersWritten = listenTo(writing)
  const log = new WalFlusher(options.file)
  const isDurable = options.synchronous === 'FULL'
  // The log is flushed by us, without stopping the process for it.
  if (isDurable) writing.pragma('synchronous = NORMAL')
  const transaction = openTransactions(writing, {
    lockTimeout: options.lockTimeout ?? 5_000,
    run: runnerOn(writing, options),
    committed: change => changes.commit(change),
    flushed: async () => (isDurable ? log.synced() : undefined),
    emit: options.emit,
  })
  const state = async () => {
    if (haveOthersWritten()) changes.commitUnknown()
    return changes.state()
  }
  const close = async () => {
    await transaction(async () => {}).catch(() => {})
    await log.close()
    writing.pragma('optimize')
    writing.close()
  }
  return { transaction, state, close }
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
 * Tells whether another process has written since it was asked last: for the connection that writes, whatever
 * changes its `data_version` is somebody else's commit. It takes 3 µs.
 */
function listenTo(writing: Client.Database): () => boolean {
  const dataVersion = writing.prepare('pragma data_version').pluck()
  let seen = dataVersion.get()
  return () => {
    const before = seen
    seen = dataVersion.get()
    return seen !== before
  }
}

/** Calls back when another process has written, which can only be seen by looking: four times a second. */
function watchOthers(writing: Client.Database, changed: () => void): () => Promise<void> {
  const haveOthersWritten = listenTo(writing)
  const look = () => {
    try {
      return haveOthersWritten()
    } catch {
      return false // The file cannot be read just now: what has changed is seen when it can.
    }
  }
  const timer = setInterval(() => {
    if (look()) changed()
  }, 250).unref()
  return async () => clearInterval(timer)
}

function createPrivately(file: string): void {
  const folder = path.dirname(file)
  // One level: `recursive` never comes back where the system lets nobody make folders (/proc).
  if (!existsSync(folder)) mkdirSync(folder)
  closeSync(openSync(file, 'a', 0o600))
}
