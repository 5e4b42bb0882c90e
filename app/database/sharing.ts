import { setTimeout as delay } from 'node:timers/promises'

/**
 * Whoever asks while an answer is under way shares the next one with all others who do: each gets an answer that was
 * begun after it had asked. One that has not come after `patience` milliseconds is not waited for.
 */
export function sharing<Answer>(ask: () => Promise<Answer>, patience = 5): () => Promise<Answer> {
  let last: Promise<unknown> = Promise.resolve()
  let next: Promise<Answer> | null = null
  const begin = async () => {
    await last
    next = null
    const answer = ask()
    last = Promise.race([answer.catch(() => {}), delay(patience, null, { ref: false })])
    return answer
  }
  return () => (next ??= begin())
}
