/** A source of numbers from 0 (included) to 1 (excluded), like Math.random. */
export type Random = () => number

/**
 * The same numbers for the same seed, every time.
 *
 * Source: mulberry32 by Tommy Ettinger, public domain, in the JavaScript form of `bryc/code`
 * (https://github.com/bryc/code/blob/master/jshash/PRNGs.md). Not for secrets.
 */
export function mulberry32(seed: number): Random {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A number from `low` (included) to `high` (excluded). */
export function between(random: Random, low: number, high: number): number {
  return low + random() * (high - low)
}

/**
 * Draws up to `count` different items, heavier ones more likely; an item that weighs nothing is never drawn.
 *
 * Source: Efraimidis and Spirakis, “Weighted random sampling with a reservoir” (2006), algorithm A.
 */
export function sample<T>(items: readonly T[], count: number, { weight, random }: Weighing<T>): T[] {
  return items
    .filter(item => weight(item) > 0)
    .map(item => ({ item, key: random() ** (1 / weight(item)) }))
    .sort((a, b) => b.key - a.key)
    .slice(0, count)
    .map(({ item }) => item)
}

type Weighing<T> = { weight: (item: T) => number; random: Random }
