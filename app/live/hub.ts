import { setImmediate as yieldToEventLoop } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import { ALL, type Invalidation } from '../database/cache-tags.ts'
import type { Database } from '../database/database.ts'
import { jobOwners, newestReplies, readersAmong, statesOf } from './queries.ts'
import type { Stream } from './stream.ts'

export type SseHubOptions = {
  /** Milliseconds between signs of life. */
  heartbeatMs?: number
}

/** Milliseconds in which changes are gathered before the database is asked. */
const gatherMs = 20
/** Milliseconds without queries after one that failed, and after everybody was looked up. */
const pauseMs = 1_000
/** Sessions that are looked up at once; other requests have their turn in between. */
const batchSize = 50

/** The ids of the cache tags that were heard, by their kind, and whether anything else may have changed. */
type PendingWork = Record<'viewer' | 'author' | 'job' | 'thread', Set<number>> & { everybody: boolean }

function noWork(): PendingWork {
  return { viewer: new Set(), author: new Set(), job: new Set(), thread: new Set(), everybody: false }
}

/**
 * The open streams of this process. The cache tags of a commit say whom it concerns; one query asks what is true for
 * these people now, and a stream sends it if it differs from what it sent last. While nothing happens, nothing runs.
 */
export class SseHub {
  /** By the id of their person. */
  readonly #streams = new Map<number, Set<Stream>>()
  readonly #db: Database
  readonly #log: FastifyBaseLogger
  readonly #heartbeatMs: number
  readonly #unlisten: () => void
  #pending = noWork()
  #timer: NodeJS.Timeout | undefined
  #heartbeat: NodeJS.Timeout | undefined
  #running: Promise<void> | null = null
  /** No query before (as `performance.now()`). */
  #pausedUntil = 0

  constructor(
    { db, log }: { db: Database; log: FastifyBaseLogger },
    { heartbeatMs = 25_000 }: SseHubOptions,
  ) {
    this.#db = db
    this.#log = log
    this.#heartbeatMs = heartbeatMs
    this.#unlisten = db.listen(invalidation => this.#hear(invalidation))
  }

  /** How many streams a person has here. */
  countOf(userId: number): number {
    return this.#of(userId).length
  }

  /** Keeps the stream up to date from now on, beginning with what is true now. */
  join(stream: Stream): void {
    const { userId, thread } = stream.owner
    if (this.#streams.size === 0) this.#heartbeat = setInterval(() => this.#beat(), this.#heartbeatMs).unref()
    this.#streams.set(userId, (this.#streams.get(userId) ?? new Set()).add(stream))
    this.#pending.viewer.add(userId)
    if (thread !== undefined) this.#pending.thread.add(thread)
    this.#schedule()
  }

  leave(stream: Stream): void {
    const { userId } = stream.owner
    const own = this.#streams.get(userId)
    if (own?.delete(stream) && own.size === 0) this.#streams.delete(userId)
    if (this.#streams.size === 0) clearInterval(this.#heartbeat)
  }

  /** Resolves when the database is not asked any more. */
  async close(): Promise<void> {
    this.#unlisten()
    this.#streams.clear()
    clearTimeout(this.#timer)
    clearInterval(this.#heartbeat)
    await this.#running
  }

  #hear(invalidation: Invalidation): void {
    const pending = this.#pending
    if (invalidation === ALL) pending.everybody = true
    else
      for (const tag of invalidation) {
        const [kind, id] = tag.split(':')
        if (kind === 'viewer' || kind === 'author' || kind === 'job' || kind === 'thread')
          pending[kind].add(Number(id))
      }
    this.#schedule()
  }

  /** A session is looked up when it should have expired; it may have been used since. */
  #beat(): void {
    const now = new Date()
    for (const stream of this.#all()) {
      stream.beat()
      if (stream.owner.expiresAt < now) this.#pending.viewer.add(stream.owner.userId)
    }
    this.#schedule()
  }

  #all(): Stream[] {
    return [...this.#streams.keys()].flatMap(id => this.#of(id))
  }

  #of(userId: number): Stream[] {
    return [...(this.#streams.get(userId) ?? [])]
  }

  #schedule(): void {
    if (this.#streams.size === 0) this.#pending = noWork()
    const { viewer, author, job, thread, everybody } = this.#pending
    const isWork = everybody || viewer.size + author.size + job.size + thread.size > 0
    if (!isWork || this.#timer || this.#running) return
    const delay = Math.max(gatherMs, this.#pausedUntil - performance.now())
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#running = this.#work()
    }, delay).unref()
  }

  async #work(): Promise<void> {
    const pending = this.#pending
    this.#pending = noWork()
    await this.#update(pending).catch(error => {
      this.#log.warn({ err: error }, 'live updates could not be looked up')
      this.#pending.everybody = true
      pending.everybody = true
    })
    if (pending.everybody) this.#pausedUntil = performance.now() + pauseMs
    this.#running = null
    this.#schedule()
  }

  async #update({ viewer, author, job, thread, everybody }: PendingWork): Promise<void> {
    const watching = this.#all().filter(({ owner }) => owner.thread !== undefined)
    const byThread = Map.groupBy(watching, ({ owner }) => owner.thread ?? 0)
    for (const [root, streams] of byThread)
      if (everybody || thread.has(root)) await this.#sendReplies(root, streams)
    if (everybody) return this.#sendStates(this.#all())
    const owners = await jobOwners(this.#db, [...job], {})
    const people = new Set([...viewer, ...owners.map(({ userId }) => Number(userId))])
    await this.#sendStates([...people].flatMap(id => this.#of(id)))
    for (const id of author) {
      await yieldToEventLoop()
      const readers = await readersAmong(this.#db, [...this.#streams.keys()], { author: id })
      for (const { userId, newestPostAt } of readers)
        for (const stream of this.#of(userId)) stream.updatePost(newestPostAt)
    }
  }

  async #sendReplies(root: number, streams: Stream[]): Promise<void> {
    const people = [...new Set(streams.map(({ owner }) => owner.userId))]
    const newest = await newestReplies(this.#db, people, { root })
    const times = new Map(newest.map(({ userId, at }) => [userId, at]))
    for (const stream of streams) stream.updateThread(times.get(stream.owner.userId) ?? null)
  }

  /** A stream whose session has ended is over. */
  async #sendStates(streams: Stream[]): Promise<void> {
    const bySession = Map.groupBy(streams, ({ owner }) => owner.sessionId)
    const ids = [...bySession.keys()]
    for (let start = 0; start < ids.length; start += batchSize) {
      if (start > 0) await yieldToEventLoop()
      const batch = ids.slice(start, start + batchSize)
      const open = await statesOf(this.#db, batch, { now: new Date() })
      const states = new Map(open.map(state => [state.sessionId, state]))
      for (const id of batch)
        for (const stream of bySession.get(id) ?? []) {
          const state = states.get(id)
          if (state) stream.update(state)
          else {
            stream.finish()
            this.leave(stream)
          }
        }
    }
  }
}
