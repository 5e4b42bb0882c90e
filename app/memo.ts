/** Remembers the results of a pure function by a key, up to `most` of them; then it starts anew. */
export function memo<Argument, Key, Result>(
  compute: (argument: Argument) => Result,
  keyOf: (argument: Argument) => Key,
  most = 10_000,
): (argument: Argument) => Result {
  const results = new Map<Key, Result>()
  return argument => {
    const key = keyOf(argument)
    let result = results.get(key)
    if (result === undefined) {
      if (results.size >= most) results.clear()
      result = compute(argument)
      results.set(key, result)
    }
    return result
  }
}

/** What takes a while to make, made when it is first asked for. */
export function late<Made>(make: () => Made): () => Made {
  let made: { it: Made } | undefined
  return () => (made ??= { it: make() }).it
}
