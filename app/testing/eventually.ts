import { setTimeout as delay } from 'node:timers/promises'

/** Resolves as soon as the condition holds; for what happens after a response. Rejects after `within` ms. */
export async function eventually(condition: () => Promise<boolean>, within = 5_000): Promise<void> {
  const deadline = Date.now() + within
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`it did not happen within ${within} ms: ${String(condition)}`)
    await delay(5)
  }
}
