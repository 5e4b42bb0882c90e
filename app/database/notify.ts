/** What was said inside transactions, passed on when they have committed. */
export type Signals = {
  emit(topics: Iterable<string>): void
  on(listener: (topic: string) => void): () => void
  /** Hears nothing more from other processes. */
  close(): Promise<void>
}

/** Begins to hear what other processes say, and returns how to stop. */
type HearOthers = (emit: (topic: string) => void) => () => Promise<void>

/** Other processes are listened to as long as somebody here wants to know, and not before. */
export function openSignals(hearOthers: HearOthers): Signals {
  const listeners = new Set<(topic: string) => void>()
  let deafen: ReturnType<HearOthers> | null = null
  const emit = (topic: string) => {
    for (const listener of listeners) listener(topic)
  }
  const close = async () => {
    const stop = deafen
    deafen = null
    await stop?.()
  }
  return {
    emit: topics => {
      for (const topic of topics) emit(topic)
    },
    on: listener => {
      listeners.add(listener)
      deafen ??= hearOthers(emit)
      return () => {
        if (listeners.delete(listener) && listeners.size === 0) void close()
      }
    },
    close,
  }
}
