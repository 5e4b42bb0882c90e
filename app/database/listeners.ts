import type { Invalidation } from './cache-tags.ts'

/** The functions of this process that are called after each commit. */
export class Listeners {
  readonly #listeners = new Set<(invalidation: Invalidation) => void>()

  add(listener: (invalidation: Invalidation) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  emit(invalidation: Invalidation | null): void {
    if (invalidation !== null) for (const listener of this.#listeners) listener(invalidation)
  }
}
