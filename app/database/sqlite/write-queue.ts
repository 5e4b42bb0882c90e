/**
 * Transactions on SQLite: one after the other, each group beginning with the write lock. Transactions that wait for
 * each other share a commit and a flush of the write-ahead log; each resolves only when its data is on the disk.
 */
import { setTimeout as delay, setImmediate as yieldToEventLoop } from 'node:timers/promises'
import type Client from 'better-sqlite3'
import { Change, type Listeners } from '../cache-tags.ts'
import type { Writer } from '../database.ts'
import { DatabaseUnavailable } from '../errors.ts'

type Work<T> = (tx: Writer) => Promise<T>

/** A transaction on its way; `alone` if it shares its commit with no other. */
type QueuedTransaction = {
  work: Work<unknown>
  deadline: number
  change: Change
  alone: boolean
  result?: unknown
  resolve(result: never): void
  reject(error: unknown): void
}

export type TransactionOptions = {
  /** Milliseconds to wait for another process's write lock. */
  lockTimeoutMs: number
  /** Runs one transaction's work with a Writer of its own, which notes its change. */
  run(work: Work<unknown>, change: Change): Promise<unknown>
  /** Resolves when everything committed so far is on the disk. */
  synced(): Promise<void>
  /** Called with what a commit invalidates as soon as others can read it. */
  listeners: Listeners
}

/** The size of a group, and the time after which it takes in no more: its first transaction is waiting. */
const maxGroupSize = 64
const maxGroupMs = 5

export class WriteQueue {
  readonly #client: Client.Database
  readonly #options: TransactionOptions
  readonly #control: Record<'begin' | 'commit' | 'rollback' | 'save' | 'release' | 'undo', () => void>
  readonly #waiting: QueuedTransaction[] = []
  #isRunning = false

  constructor(client: Client.Database, options: TransactionOptions) {
    this.#client = client
    this.#options = options
    const statement = (sql: string) => {
      const prepared = client.prepare(sql)
      return () => void prepared.run()
    }
    this.#control = {
      begin: statement('begin immediate'),
      commit: statement('commit'),
      rollback: statement('rollback'),
      save: statement('savepoint one'),
      release: statement('release one'),
      undo: statement('rollback to one'),
    }
  }

  enqueue<T>(work: Work<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    // The time in the queue counts: the lock's timeout bounds the whole wait.
    const deadline = Date.now() + this.#options.lockTimeoutMs
    this.#waiting.push({ work, deadline, change: new Change(), alone: false, resolve, reject })
    if (!this.#isRunning) void this.#runAll()
    return promise
  }

  async #runAll(): Promise<void> {
    this.#isRunning = true
    for (let first = this.#waiting.shift(); first; first = this.#waiting.shift()) {
      // Requests of the same turn, and those that came during the last flush, join the group.
      await yieldToEventLoop()
      const error = await this.#begin(first.deadline)
      if (error) first.reject(error)
      else await this.#commit(await this.#runGroup(first))
    }
    this.#isRunning = false
  }

  /** Another process may hold the lock: tries without blocking until the deadline; returns the error, if any. */
  async #begin(deadline: number): Promise<unknown> {
    for (;;) {
      try {
        // A transaction that a full disk kept from being rolled back may still be open.
        this.#rollBack()
        this.#control.begin()
        return null
      } catch (error) {
        if (!isBusy(error)) return error
        if (Date.now() > deadline)
          return new DatabaseUnavailable('another process is writing to the database', { cause: error })
        await delay(5 + Math.random() * 20)
      }
    }
  }

  /** Returns the transactions whose work is done and to be committed. */
  async #runGroup(first: QueuedTransaction): Promise<QueuedTransaction[]> {
    const done: QueuedTransaction[] = []
    const until = performance.now() + maxGroupMs
    let transaction: QueuedTransaction | undefined = first
    while (transaction) {
      if (await this.#runOne(transaction)) done.push(transaction)
      const isFull = done.length >= maxGroupSize || performance.now() >= until
      const mustEnd: boolean | undefined =
        transaction.alone || this.#waiting[0]?.alone || !this.#client.inTransaction
      transaction = isFull || mustEnd ? undefined : this.#waiting.shift()
    }
    return done
  }

  /** One that fails leaves nothing of itself, and the others of its group as they are. */
  async #runOne(transaction: QueuedTransaction): Promise<boolean> {
    try {
      this.#control.save()
      transaction.result = await this.#options.run(transaction.work, transaction.change)
      this.#control.release()
      return true
    } catch (error) {
      transaction.reject(error)
      this.#undo()
      return false
    }
  }

  /** A full disk makes SQLite roll back the whole group, by itself or because nothing less can be done. */
  #undo(): void {
    if (!this.#client.inTransaction) return
    try {
      this.#control.undo()
      this.#control.release()
    } catch {
      this.#rollBack()
    }
  }

  #rollBack(): void {
    try {
      if (this.#client.inTransaction) this.#control.rollback()
    } catch {
      // A disk that refuses even this makes the next `begin` fail, with the reason.
    }
  }

  async #commit(done: QueuedTransaction[]): Promise<void> {
    try {
      this.#control.commit()
    } catch (error) {
      this.#rollBack()
      return this.#retryAlone(done, error)
    }
    for (const { change } of done) this.#options.listeners.emit(change.invalidation)
    if (done.length === 0) return
    try {
      await this.#options.synced()
      for (const { resolve, result } of done) resolve(result as never)
    } catch (error) {
      for (const { reject } of done) reject(error)
    }
  }

  /** One transaction must not fail its whole group: each is tried once more, by itself. */
  #retryAlone(done: QueuedTransaction[], error: unknown): void {
    for (const transaction of done.toReversed()) {
      if (transaction.alone) transaction.reject(error)
      else this.#waiting.unshift({ ...transaction, change: new Change(), alone: true })
    }
  }
}

export function isBusy(error: unknown): boolean {
  return String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY')
}
