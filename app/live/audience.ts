import type { Stream } from './stream.ts'

/** The open streams of this process, by whose they are. */
export class Audience {
  readonly #streams = new Map<number, Set<Stream>>()

  get ids(): number[] {
    return [...this.#streams.keys()]
  }

  get all(): Stream[] {
    return [...this.#streams.values()].flatMap(own => [...own])
  }

  get isEmpty(): boolean {
    return this.#streams.size === 0
  }

  has(userId: number): boolean {
    return this.#streams.has(userId)
  }

  of(userId: number): Stream[] {
    return [...(this.#streams.get(userId) ?? [])]
  }

  add(stream: Stream): void {
    const { userId } = stream.owner
    const own = this.#streams.get(userId) ?? new Set()
    this.#streams.set(userId, own.add(stream))
  }

  remove(stream: Stream): void {
    const { userId } = stream.owner
    const own = this.#streams.get(userId)
    if (own?.delete(stream) && own.size === 0) this.#streams.delete(userId)
  }
}
