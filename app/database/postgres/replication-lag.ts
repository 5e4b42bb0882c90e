/** How far a standby has come with what the primary has written: positions in its log, in bytes. */
import type { Client } from './pool.ts'

/** Milliseconds between looks; the first one comes with the first question. */
const lookEveryMs = 1_000

/**
 * Looks at both servers from the first question on. The standby serves while it answers, and while it reaches the
 * primary's position within `maxLagMs`, so that no reader sees a site that stands still.
 */
export class Follower {
  readonly #primary: Client
  readonly #standby: Client
  readonly #maxLagMs: number
  readonly #listeners: ((isServing: boolean) => void)[] = []
  #isServing = false
  #reached = 0
  #goal = { position: 0, since: Date.now() }
  #timer: NodeJS.Timeout | undefined
  #isLooking = false

  constructor(primary: Client, standby: Client, maxLagMs: number) {
    this.#primary = primary
    this.#standby = standby
    this.#maxLagMs = maxLagMs
  }

  /** Whether the standby answers and has everything up to a position. */
  async hasReached(position: number): Promise<boolean> {
    this.#timer ??= this.#start()
    if (!this.#isServing) return false
    if (this.#reached < position) this.#reached = await replayedUpTo(this.#standby).catch(() => 0)
    return this.#reached >= position
  }

  /** The standby did not answer: nothing is read there until it does. */
  failed(): void {
    this.#set(false)
  }

  onChange(listener: (isServing: boolean) => void): void {
    this.#listeners.push(listener)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #start(): NodeJS.Timeout {
    void this.#look()
    return setInterval(() => void this.#look(), lookEveryMs).unref()
  }

  /** Never twice at a time. */
  async #look(): Promise<void> {
    if (this.#isLooking) return
    this.#isLooking = true
    try {
      this.#reached = await replayedUpTo(this.#standby)
      if (this.#reached >= this.#goal.position) {
        const since = Date.now()
        // While the primary does not answer, nothing is written that the standby could lack.
        const position = await writtenUpTo(this.#primary).catch(() => this.#goal.position)
        this.#goal = { position, since }
      }
      this.#set(Date.now() - this.#goal.since <= this.#maxLagMs)
    } catch {
      this.#set(false)
    }
    this.#isLooking = false
  }

  #set(isServing: boolean): void {
    if (isServing === this.#isServing) return
    this.#isServing = isServing
    for (const listener of this.#listeners) listener(isServing)
  }
}

/** Where the primary is now: everything that has been committed lies before it, on disk already or not. */
export function writtenUpTo(primary: Client): Promise<number> {
  return positionOf(primary, `select (pg_current_wal_insert_lsn() - '0/0')::text as position`)
}

/** @throws Error when the server is no standby (any more) */
function replayedUpTo(standby: Client): Promise<number> {
  return positionOf(
    standby,
    `select (pg_last_wal_replay_lsn() - '0/0')::text as position where pg_is_in_recovery()`,
  )
}

async function positionOf(server: Client, statement: string): Promise<number> {
  const [row] = await server.unsafe(statement, [], { prepare: true })
  const position = Number(row?.['position'] ?? Number.NaN)
  if (Number.isNaN(position)) throw new Error('this server replays nothing')
  return position
}
