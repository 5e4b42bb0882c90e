/**
 * Transactions on SQLite: one after the other, each beginning with the write lock. Those that wait for each other
 * share a commit and a flush of the log, and nobody is told of success before it is on the disk.
 */
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises'
import type Client from 'better-sqlite3'
import { Change } from '../changes.ts'
import { type Database, DatabaseUnavailable, type Writer } from '../database.ts'

type Work<T> = (tx: Writer) => Promise<T>

/** What a transaction does besides writing, if it is committed. */
export type Effects = { signals: Set<string>; change: Change }

/** A transaction on its way; `alone` if it is to share its commit with nobody. */
type QueuedTransaction = {
  work: Work<unknown>
  deadline: number
  effects: Effects
  alone: boolean
  result?: unknown
  resolve(result: never): void
  reject(error: unknown): void
}

export type TransactionOptions = {
  /** Milliseconds to wait for another process's write lock. */
  lockTimeout: number
  /** Runs one transaction's work with a Writer of its own, which notes its effects. */
  run(work: Work<unknown>, effects: Effects): Promise<unknown>
  /** Hears of a change as soon as it can be read. */
  committed(change: Change): void
  /** Resolves when all that has been committed so far is on the disk. */
  flushed(): Promise<void>
  /** Hears what was signalled, once it has been committed for good. */
  emit(signals: Set<string>): void
}

/** As many as this share a commit, and no more begin after so many milliseconds: the first of them is waiting. */
const most = 64
const longest = 5

export function openTransactions(
  client: Client.Database,
  options: TransactionOptions,
): Database['transaction'] {
  const turns = new WriteQueue(client, options)
  return <T>(work: Work<T>): Promise<T> => turns.enqueue(work)
}

class WriteQueue {
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
      save: statement('savepoint turn'),
      release: statement('release turn'),
      undo: statement('rollback to turn'),
    }
  }

  enqueue<T>(work: Work<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    // From now on: whoever waits behind others for a lock has waited, too.
    const deadline = Date.now() + this.#options.lockTimeout
    this.#waiting.push({ work, deadline, effects: emptyEffects(), alone: false, resolve, reject })
    if (!this.#isRunning) void this.#runAll()
    return promise
  }

  async #runAll(): Promise<void> {
    this.#isRunning = true
    for (let first = this.#waiting.shift(); first; first = this.#waiting.shift()) {
      // Whoever has come in the same turn, or while the disk was waited for, shares the commit.
      await nextTurn()
      const error = await this.#begin(first.deadline)
      if (error) first.reject(error)
      else await this.#commit(await this.#runGroup(first))
    }
    this.#isRunning = false
  }

  /** Another process may hold the lock: asks again without blocking, until the deadline; returns what went wrong. */
  async #begin(deadline: number): Promise<unknown> {
    for (;;) {
      try {
        // What could not be rolled back when the disk refused it.
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

  /** Returns those whose work is done and to be committed. */
  async #runGroup(first: QueuedTransaction): Promise<QueuedTransaction[]> {
    const done: QueuedTransaction[] = []
    const until = performance.now() + longest
    for (let turn: QueuedTransaction | undefined = first; turn; turn = this.#next(turn, done.length, until)) {
      if (await this.#runOne(turn)) done.push(turn)
      if (!this.#client.inTransaction) break
    }
    return done
  }

  #next(before: QueuedTransaction, count: number, until: number): QueuedTransaction | undefined {
    if (before.alone || this.#waiting[0]?.alone) return undefined
    return count < most && performance.now() < until ? this.#waiting.shift() : undefined
  }

  /** One that fails leaves nothing of itself, and the others as they are. */
  async #runOne(turn: QueuedTransaction): Promise<boolean> {
    try {
      this.#control.save()
      turn.result = await this.#options.run(turn.work, turn.effects)
      this.#control.release()
      return true
    } catch (error) {
      turn.reject(error)
      this.#undo()
      return false
    }
  }

  /** A full disk makes SQLite roll back all there is, by itself or because nothing less can be done. */
  #undo(): void {
    if (!this.#client.inTransaction) return
    try {
      this.#control.undo()
      this.#control.release()
    } catch {
      this.#rollBack()
    }
  }

  /** A disk that refuses even this fails whoever comes next, in words, and not the process. */
  #rollBack(): void {
    try {
      if (this.#client.inTransaction) this.#control.rollback()
    } catch {
      // `begin` says what is wrong.
    }
  }

  async #commit(done: QueuedTransaction[]): Promise<void> {
    try {
      this.#control.commit()
    } catch (error) {
      this.#rollBack()
      return this.#again(done, error)
    }
    for (const { effects } of done) this.#options.committed(effects.change)
    if (done.length > 0) await this.#settle(done)
  }

  /** What one of them could not do must not be the failure of all: each tries once more, by itself. */
  #again(done: QueuedTransaction[], error: unknown): void {
    for (const turn of done.toReversed()) {
      if (turn.alone) turn.reject(error)
      else this.#waiting.unshift({ ...turn, effects: emptyEffects(), alone: true })
    }
  }

  async #settle(done: QueuedTransaction[]): Promise<void> {
    try {
      await this.#options.flushed()
      for (const { effects, resolve, result } of done) {
        this.#options.emit(effects.signals)
        resolve(result as never)
      }
    } catch (error) {
      for (const { reject } of done) reject(error)
    }
  }
}

function emptyEffects(): Effects {
  return { signals: new Set(), change: new Change() }
}

export function isBusy(error: unknown): boolean {
  return String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY')
}
