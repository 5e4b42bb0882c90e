/** What was said inside transactions, passed on when they have committed. */
export type Signals = {
  emit(topics: Iterable<string>): void
  on(listener: (topic: string) => void): () => void
}

export function openSignals(): Signals {
  const listeners = new Set<(topic: string) => void>()
  return {
    emit: topics => {
      for (const topic of topics) for (const listener of listeners) listener(topic)
    },
    on: listener => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
