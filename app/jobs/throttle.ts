/** Ignores calls within `milliseconds` after the last one. */
export function atMostEvery<Arguments extends unknown[]>(
  milliseconds: number,
  call: (...given: Arguments) => Promise<void>,
): (...given: Arguments) => Promise<void> {
  let last = -Infinity
  return async (...given) => {
    const now = performance.now()
    if (now - last < milliseconds) return
    last = now
    await call(...given)
  }
}

/** Runs one call at a time; calls during a run make it run once more. */
export function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null
  let again = false
  const run = async () => {
    do {
      again = false
      await work()
    } while (again)
    running = null
  }
  return () => {
    again = running !== null
    return (running ??= run())
  }
}
