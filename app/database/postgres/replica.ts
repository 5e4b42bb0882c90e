/**
 * Reads on a standby of the primary. A request that may read there does so as long as the standby has everything
 * that the request's browser has seen; whatever goes wrong there, the primary answers instead.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { errorCode, isUnavailable, type Replica, type Visit } from '../database.ts'
import type { Client, Pool } from './pool.ts'
import { followStandby, writtenUpTo } from './replication-lag.ts'

export type OpenReplica = {
  /** Reads where the request that asks has its place: the primary for everybody else. */
  reads: Client
  replica: Replica
  /** Whoever asks has written: from now on they read it. */
  wrote(): void
  close(): Promise<void>
}

/** `lag`: milliseconds that the standby may be behind before nobody reads there. */
export function openReplica(primary: Pool, standby: Pool, lag: number): OpenReplica {
  const visits = new AsyncLocalStorage<Visit>()
  const progress = followStandby(primary, standby, lag)
  return {
    reads: choosing({ primary, standby, visit: () => visits.getStore(), failed: progress.failed }),
    replica: {
      place: async seen => beginVisit(await progress.hasReached(seen)),
      during: (visit, work) => visits.run(visit, work),
      visit: () => visits.getStore(),
      position: () => writtenUpTo(primary),
      onChange: progress.onChange,
    },
    wrote: () => {
      const visit = visits.getStore()
      if (visit) Object.assign(visit, { reads: 'primary', wrote: true })
    },
    close: async () => {
      progress.stop()
      await standby.end()
    },
  }
}

function beginVisit(isOnStandby: boolean): Visit {
  return { reads: isOnStandby ? 'standby' : 'primary', wrote: false }
}

type Choice = {
  primary: Client
  standby: Client
  visit(): Visit | undefined
  failed(error: unknown): void
}

/**
 * Asks the standby or the primary; the primary, too, for what the standby could not answer. From then on the request
 * stays there, so that nothing that it has seen disappears.
 */
function choosing({ primary, standby, visit: current, failed }: Choice): Client {
  const unsafe = (...asked: Parameters<Client['unsafe']>) => {
    const visit = current()
    if (visit?.reads !== 'standby') return primary.unsafe(...asked)
    const query = standby.unsafe(...asked)
    let asValues = false
    const answer = query.catch((error: unknown) => {
      // A query that the standby had to give up for its replay would do well there the next time.
      if (isUnavailable(error) && errorCode(error) !== '40001') failed(error)
      visit.reads = 'primary'
      const again = primary.unsafe(...asked)
      return asValues ? again.values() : again
    })
    const values = () => {
      asValues = true
      void query.values()
      return answer
    }
    return Object.assign(answer, { values })
  }
  return { unsafe: unsafe as unknown as Client['unsafe'] }
}
