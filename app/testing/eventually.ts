import { setTimeout as delay } from 'node:timers/promises'

/** Resolves as soon as the condition holds; for what happens after a response. Rejects after `within` ms. */
export async function eventually(condition: () => Promise<boolean>, within = 5_000): Promise<void> {
  const begun = Date.now()
  while (!(await condition())) {
    const waited = Date.now() - begun
    if (waited > within) throw new Error(`it did not happen within ${within} ms: ${String(condition)}`)
    // The longer it takes, the less often the question takes CPU from what is waited for.
    await delay(Math.min(5 + waited / 20, 100))
  }
}
