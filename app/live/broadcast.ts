import { setImmediate as breathe } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import { ALL } from '../database/cache-tags.ts'
import type { Database } from '../database/database.ts'
import { Audience } from './audience.ts'
import { Deliveries } from './deliveries.ts'
import { changedSince, endedAmong, jobsSince, tellJobs, tellNews, tellPosts, welcome } from './fan-out.ts'
import type { Track } from './place.ts'
import { findOwners } from './queries.ts'
import type { Stream } from './stream.ts'
import { both, isWork, noWork, type Work } from './work.ts'

export type BroadcastOptions = {
  /** Milliseconds between signs of life. */
  heartbeat?: number
  /** Milliseconds in which what happens is gathered before anything is asked. */
  gather?: number
}

/** Milliseconds until what could not be found out is tried again. */
const patience = 1_000
const atOnce = 20

/**
 * The open streams of this process, and how what happens comes to them. Signals say that there is something;
 * what it is, the database is asked once for all streams that it concerns. While nothing happens, nothing runs.
 */
export class Broadcast {
  readonly #audience = new Audience()
  readonly #db: Database
  readonly #log: FastifyBaseLogger
  readonly #options: Required<BroadcastOptions>
  #work = noWork()
  /** Everybody's posts, as far as they have been looked at. */
  #posts: Track = { upTo: 0, sent: [] }
  /** Milliseconds: when it was last known of everybody what has changed. */
  #swept = 0
  #deafen: (() => void) | null = null
  #timer: NodeJS.Timeout | undefined
  #pulse: NodeJS.Timeout | undefined
  #running: Promise<void> | null = null

  constructor({ db, log }: { db: Database; log: FastifyBaseLogger }, options: BroadcastOptions = {}) {
    this.#db = db
    this.#log = log
    this.#options = { heartbeat: 25_000, gather: 20, ...options }
  }

  /** How many streams somebody has here. */
  countOf(userId: number): number {
    return this.#audience.of(userId).length
  }

  /** From now on the stream is told what happens, beginning with what has happened since its place. */
  join(stream: Stream): void {
    this.#deafen ??= this.#db.listen(invalidation => {
      for (const tag of invalidation) this.#hear(tag)
    })
    if (this.#audience.isEmpty) this.#awake()
    this.#audience.add(stream)
    this.#work.joining.add(stream)
    this.#soon()
  }

  leave(stream: Stream): void {
    this.#audience.remove(stream)
    this.#work.joining.delete(stream)
    if (this.#audience.isEmpty) clearInterval(this.#pulse)
  }

  /** Hears nothing more; resolves when the database is not asked any more. */
  async close(): Promise<void> {
    this.#deafen?.()
    this.#work = noWork()
    clearTimeout(this.#timer)
    clearInterval(this.#pulse)
    await this.#running
  }

  /** What happened while there was no stream concerns none. */
  #awake(): void {
    this.#posts = { upTo: Date.now(), sent: [] }
    this.#swept = Date.now()
    this.#pulse = setInterval(() => this.#beat(), this.#options.heartbeat).unref()
  }

  #hear(topic: string): void {
    const [about, id] = topic.split(':')
    const isHere = this.#audience.has(Number(id))
    if (topic === ALL) this.#work.everything = true
    else if (about === 'author') this.#work.posts = true
    else if (about === 'job') this.#work.jobs.add(Number(id))
    else if (about === 'viewer' && isHere) {
      this.#work.news.add(Number(id))
      this.#work.sessions.add(Number(id))
    } else return
    this.#soon()
  }

  /** A session is only looked up when it should have expired by now; it may have been used again. */
  #beat(): void {
    const now = new Date()
    for (const stream of this.#audience.all) {
      stream.beat()
      if (stream.owner.expiresAt < now) this.#work.sessions.add(stream.owner.userId)
    }
    if (this.#work.sessions.size > 0) this.#soon()
  }

  #soon(delay = this.#options.gather): void {
    if (this.#running || this.#timer || this.#audience.isEmpty) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#running = this.#begin()
    }, delay).unref()
  }

  async #begin(): Promise<void> {
    const work = this.#work
    this.#work = noWork()
    const failed = await this.#do(work).then(
      () => false,
      error => {
        this.#log.warn({ err: error }, 'what has happened could not be looked up')
        this.#work = both(work, this.#work)
        return true
      },
    )
    this.#running = null
    if (isWork(this.#work)) this.#soon(failed ? patience : undefined)
  }

  /** Nothing is sent, and no stream moves on, before all of it has been found out. */
  async #do(work: Work): Promise<void> {
    const [db, audience, deliveries] = [this.#db, this.#audience, new Deliveries()]
    const now = Date.now()
    const changed = work.everything ? await changedSince(db, this.#swept, audience) : []
    await inTurns([...work.joining], stream => welcome(db, stream, deliveries))
    await inTurns([...new Set([...work.news, ...changed])], id => tellNews(db, audience.of(id), deliveries))
    const isAboutPosts = work.posts || work.everything
    const posts = isAboutPosts ? await tellPosts(db, this.#posts, { audience, deliveries }) : this.#posts
    if (work.jobs.size > 0) tellJobs(await findOwners(db, [...work.jobs]), { audience, deliveries })
    if (work.everything) tellJobs(await jobsSince(db, this.#swept, audience), { audience, deliveries })
    await this.#finishEnded(work, deliveries)
    if (work.everything) this.#swept = now
    this.#posts = posts
    deliveries.send(posts.upTo)
  }

  /** Whoever has signed out meanwhile hears nothing more. */
  async #finishEnded({ everything, sessions }: Work, deliveries: Deliveries): Promise<void> {
    const doubtful = everything ? this.#audience.all : [...sessions].flatMap(id => this.#audience.of(id))
    const streams = new Set([...doubtful, ...deliveries.streams])
    for (const stream of await endedAmong(this.#db, [...streams])) {
      stream.finish()
      this.leave(stream)
    }
  }
}

/** Some at a time, and other requests have their turn in between. */
async function inTurns<Subject>(
  subjects: Subject[],
  work: (subject: Subject) => Promise<void>,
): Promise<void> {
  for (let start = 0; start < subjects.length; start += atOnce) {
    await Promise.all(subjects.slice(start, start + atOnce).map(work))
    if (start + atOnce < subjects.length) await breathe()
  }
}
