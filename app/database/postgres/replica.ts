/**
 * Reads on a standby of the primary. A request that may read there does so as long as the standby has everything
 * that the request's browser has seen; whatever goes wrong there, the primary answers instead.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { errorCode, isUnavailable } from '../errors.ts'
import type { Client, Pool } from './pool.ts'
import { Follower, writtenUpTo } from './replication-lag.ts'

/** Where a request reads, and whether it has committed anything. */
export type ReadPreference = { reads: 'primary' | 'standby'; wrote: boolean }

/** A standby that follows the primary, moments behind. Outside `during`, everything is read from the primary. */
export class Replica {
  /** Milliseconds that the standby may be behind and still be read. */
  readonly maxLagMs: number
  /** Reads where the request's preference says. */
  readonly reads: Client
  readonly #primary: Pool
  readonly #standby: Pool
  readonly #follower: Follower
  readonly #preferences = new AsyncLocalStorage<ReadPreference>()

  constructor(primary: Pool, standby: Pool, maxLagMs: number) {
    this.maxLagMs = maxLagMs
    this.#primary = primary
    this.#standby = standby
    this.#follower = new Follower(primary, standby, maxLagMs)
    const failed = () => this.#follower.failed()
    this.reads = routed({ primary, standby, failed }, () => this.#preferences.getStore())
  }

  /** The standby, if it has all that the primary had at the position `seen`; else the primary. */
  async choose(seen: number): Promise<ReadPreference> {
    return { reads: (await this.#follower.hasReached(seen)) ? 'standby' : 'primary', wrote: false }
  }

  /** Runs `work`, which reads, with all that it begins, where the preference says, and marks there what it writes. */
  during<T>(preference: ReadPreference, work: () => T): T {
    return this.#preferences.run(preference, work)
  }

  /** Where the primary is now: all that has been committed lies before it. */
  position(): Promise<number> {
    return writtenUpTo(this.#primary)
  }

  /** Calls back when the standby begins to be read, and when it is not any more because it is away or behind. */
  onChange(listener: (isServing: boolean) => void): void {
    this.#follower.onChange(listener)
  }

  /** The request has written: from now on it reads the primary. */
  wrote(): void {
    const preference = this.#preferences.getStore()
    if (preference) Object.assign(preference, { reads: 'primary', wrote: true })
  }

  async close(): Promise<void> {
    this.#follower.stop()
    await this.#standby.end()
  }
}

type Servers = { primary: Client; standby: Client; failed(): void }

/**
 * Sends a query to the standby or the primary; to the primary, too, if the standby could not answer. From then on the
 * request stays there, so that nothing that it has seen disappears.
 */
function routed({ primary, standby, failed }: Servers, current: () => ReadPreference | undefined): Client {
  const unsafe = (...query: Parameters<Client['unsafe']>) => {
    const preference = current()
    if (preference?.reads !== 'standby') return primary.unsafe(...query)
    const pending = standby.unsafe(...query)
    let asValues = false
    const answer = pending.catch((error: unknown) => {
      // 40001: the standby's replay was in the way of this query, and will not be in the way of the next.
      if (isUnavailable(error) && errorCode(error) !== '40001') failed()
      preference.reads = 'primary'
      const again = primary.unsafe(...query)
      return asValues ? again.values() : again
    })
    const values = () => {
      asValues = true
      void pending.values()
      return answer
    }
    return Object.assign(answer, { values })
  }
  return { unsafe: unsafe as unknown as Client['unsafe'] }
}
