/** Images are made one at a time, so that many uploads need the memory of one, and leave a core to pages. */

/** Uploads that wait; beyond that people are asked to try again. */
const maxWaiting = 60

let waiting = 0
let last: Promise<unknown> = Promise.resolve()

/** Runs the work after what came before it. Null: too much is waiting. */
export function takeTurn<T>(work: () => Promise<T>): Promise<T> | null {
  if (waiting >= maxWaiting) return null
  waiting += 1
  const turn = last.then(work).finally(() => (waiting -= 1))
  last = turn.catch(() => {})
  return turn
}
