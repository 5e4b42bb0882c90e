/**
 * What has been committed on PostgreSQL, as far as this process can tell. A snapshot says exactly which transactions
 * it sees, by their numbers: between two of them lie those of this process, of which it knows what they were about,
 * and others, of which it does not.
 */
import { type Change, ChangeLog } from '../changes.ts'
import type { State } from '../database.ts'
import type { Client } from './pool.ts'

/** Asks for a snapshot, `xmin:xmax:xip,…`; on a standby, whose snapshots do not say as much, for its place in the log. */
export async function askState(client: Client): Promise<string> {
  const [row] = await client.unsafe(stateSeen, [], { prepare: true })
  return String(row?.['seen'])
}

const stateSeen = `select case when pg_is_in_recovery() then pg_last_wal_replay_lsn()::text
  else pg_current_snapshot()::text end as seen`

/** All below `next` are over, except those that are still `running`. */
type Snapshot = { next: number; running: Set<number> }

/** So many at once are not gone through one by one. */
const most = 10_000

export class Commits {
  readonly #log = new ChangeLog()
  readonly #own = new Map<number, Change>()
  #seen: Snapshot = { next: 0, running: new Set() }
  #asked = 0
  #answered = 0

  /** What the transaction with this number will have changed, once a snapshot sees it. */
  expect(number: number, change: Change): void {
    if (this.#own.size >= most) this.#own.clear()
    this.#own.set(number, change)
  }

  /** It failed, or nobody knows: a server that has crashed may give its number to somebody else. */
  forget(change: Change): void {
    for (const [number, expected] of this.#own) if (expected === change) this.#own.delete(number)
  }

  /** The state that `ask` finds. */
  async state(ask: () => Promise<string>): Promise<State> {
    const turn = ++this.#asked
    const text = await ask()
    if (!text.includes(':')) return standbyAt(text)
    // Of two that overtook each other, the later one told all that matters to whoever asked for the earlier.
    if (turn > this.#answered) {
      this.#answered = turn
      this.#see(snapshotOf(text))
    }
    return this.#log.state()
  }

  #see(now: Snapshot): void {
    const before = this.#seen
    this.#seen = now
    if (now.next < before.next || now.next - before.next > most) return this.#log.commitUnknown()
    const isOver = (number: number) => !now.running.has(number)
    for (const number of before.running) if (isOver(number)) this.#end(number)
    for (let number = before.next; number < now.next; number++) if (isOver(number)) this.#end(number)
  }

  #end(number: number): void {
    const change = this.#own.get(number)
    if (!change) return this.#log.commitUnknown()
    this.#own.delete(number)
    this.#log.commit(change)
  }
}

/** Equal places have seen the same; of what came between two others, nothing is known. */
function standbyAt(key: string): State {
  return { key, knowsTopics: false, isUnchangedSince: earlier => earlier.key === key }
}

/** @see https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-PG-SNAPSHOT-PARTS */
function snapshotOf(text: string): Snapshot {
  const [, next, running = ''] = text.split(':')
  return { next: Number(next), running: new Set(running ? running.split(',').map(Number) : []) }
}
