import { LRUCache } from 'lru-cache'

/** A longer key is a stranger's, such as a header of 16 KB, and would keep as much memory. */
const maxKeyLength = 200

/** Keeps the results of a pure function by key: the `max` most recently used. */
export function memoize<Argument, Key extends {} | undefined, Result>(
  compute: (argument: Argument) => Result,
  keyOf: (argument: Argument) => Key,
  max = 10_000,
): (argument: Argument) => Result {
  const results = new LRUCache<NonNullable<Key> | string, { value: Result }>({ max })
  return argument => {
    const key = keyOf(argument) ?? ''
    if (typeof key === 'string' && key.length > maxKeyLength) return compute(argument)
    let result = results.get(key)
    if (!result) results.set(key, (result = { value: compute(argument) }))
    return result.value
  }
}
