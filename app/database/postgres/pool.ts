/**
 * A pool whose queries answer or fail in time. A frozen server, or a network that drops packets, says nothing at all;
 * postgres.js would wait until the system gives the connection up: 15 minutes.
 */
import type postgres from 'postgres'
import { DatabaseUnavailable, withinTime } from '../errors.ts'

export type Client = Pick<postgres.Sql, 'unsafe'>

export type Pool = Client & {
  /** The pool of now. */
  current(): postgres.Sql
  /** Settles like `work`; rejects if nothing has come of it in time. */
  within<T>(work: (client: postgres.Sql) => Promise<T>, milliseconds?: number): Promise<T>
  end(): Promise<void>
}

/**
 * Opens a pool, and another one in its place when it has not said anything for `timeoutMs` milliseconds to
 * a query: new connections may well come through where the old ones have died.
 */
export function openPool(open: () => postgres.Sql, timeoutMs: number): Pool {
  let client = open()
  let heardAt = performance.now()
  const replace = (silent: postgres.Sql, milliseconds: number) => {
    if (silent !== client || performance.now() - heardAt < milliseconds) return
    client = open()
    void silent.end({ timeout: 0 })
  }
  const within: Pool['within'] = async (work, milliseconds = timeoutMs) => {
    const asked = client
    const giveUp = () => {
      replace(asked, milliseconds)
      return new DatabaseUnavailable(`the database has said nothing for ${milliseconds} ms`)
    }
    const answer = await withinTime(work(asked), milliseconds, giveUp)
    heardAt = performance.now()
    return answer
  }
  return {
    current: () => client,
    within,
    unsafe: askingOf(() => client, within),
    end: () => client.end({ timeout: 5 }),
  }
}

function askingOf(current: Pool['current'], within: Pool['within']): Client['unsafe'] {
  const ask = (...asked: Parameters<postgres.Sql['unsafe']>) => {
    const query = current().unsafe(...asked)
    const answer = within(async () => query)
    // A query is sent in the tick after it was asked for: there is still time to say what its rows shall be.
    const values = () => {
      void query.values()
      return answer
    }
    return Object.assign(answer, { values })
  }
  return ask as unknown as Client['unsafe']
}
