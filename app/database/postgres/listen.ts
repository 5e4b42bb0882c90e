/** Tells the other processes on a PostgreSQL database what a commit invalidates, by NOTIFY, and hears it from them. */
import { setTimeout as delay } from 'node:timers/promises'
import type postgres from 'postgres'
import { ALL, type CacheTag, type Invalidation } from '../cache-tags.ts'
import { withinTime } from '../errors.ts'

const channel = 'microblog'
/** PostgreSQL refuses payloads of 8,000 bytes. */
const maxPayloadBytes = 7_900
const retryDelayMs = 500
/** A connection that a network or a frozen server has silenced looks open: it is asked now and then. */
const heartbeatMs = 5_000
const heartbeatTimeoutMs = 2_000

/** Sends `$1` to every listening process when the transaction commits. */
export const notifyStatement = `select pg_notify('${channel}', $1)`

/** The payload with which the process `origin` says what it has changed. */
export function payloadOf(invalidation: Invalidation, origin: string): string {
  const payload = [origin, ...invalidation].join(' ')
  return Buffer.byteLength(payload) > maxPayloadBytes ? `${origin} ${ALL}` : payload
}

type Callbacks = { onnotify(channel: string, payload: string): void; onclose(): void }
type Open = (callbacks: Callbacks) => postgres.Sql

/**
 * Listens on a connection of its own from `start` on, and again whenever it is lost: what happened meanwhile was
 * missed, so each time that it begins to listen it says that everything may have changed.
 */
export class Listener {
  isListening = false
  readonly #open: Open
  readonly #origin: string
  readonly #emit: (invalidation: Invalidation) => void
  #client: postgres.Sql | null = null
  #heartbeat: NodeJS.Timeout | undefined
  #retry: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(open: Open, origin: string, emit: (invalidation: Invalidation) => void) {
    this.#open = open
    this.#origin = origin
    this.#emit = emit
  }

  start(): void {
    if (this.#heartbeat || this.#isClosed) return
    this.#heartbeat = setInterval(() => void this.#check(), heartbeatMs).unref()
    this.#connect()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.isListening = false
    clearInterval(this.#heartbeat)
    clearTimeout(this.#retry)
    await this.#client?.end({ timeout: 0 })
  }

  #connect(): void {
    const client = this.#open({
      onnotify: (_channel, payload) => {
        const [from, ...tags] = payload.split(' ')
        if (client === this.#client && from !== this.#origin)
          this.#emit(tags.includes(ALL) ? ALL : new Set(tags as CacheTag[]))
      },
      onclose: () => {
        if (client === this.#client) this.#reconnect()
      },
    })
    this.#client = client
    void this.#listen(client)
  }

  /** At once if it was listening; a server that refuses the connection is not hammered. */
  #reconnect(): void {
    const delayMs = this.isListening ? 0 : retryDelayMs
    this.isListening = false
    const lost = this.#client
    this.#client = null
    void lost?.end({ timeout: 0 })
    if (!this.#isClosed) this.#retry = setTimeout(() => this.#connect(), delayMs).unref()
  }

  async #listen(client: postgres.Sql): Promise<void> {
    while (client === this.#client && !this.#isClosed) {
      try {
        await client.unsafe(`listen ${channel}`)
        if (client !== this.#client || this.#isClosed) return
        this.isListening = true
        return this.#emit(ALL)
      } catch {
        await delay(retryDelayMs, undefined, { ref: false })
      }
    }
  }

  async #check(): Promise<void> {
    const client = this.#client
    if (!client || !this.isListening) return
    const silent = () => new Error('the listening connection is silent')
    await withinTime(client.unsafe('select 1'), heartbeatTimeoutMs, silent).catch(() => {
      if (client === this.#client) this.#reconnect()
    })
  }
}
