/** Changes that a transaction began and never sent: without `await`, Drizzle only describes a statement. */

type Method = (...values: unknown[]) => unknown
type Builder = Record<string, Method | undefined>

/** A change was begun in a transaction and never sent: nothing of the transaction was kept. */
export class UnsentChange extends Error {
  override readonly name = 'UnsentChange'
}

/** The changes of one transaction that have not been sent yet. */
export class UnsentChanges {
  readonly #begun = new Map<object, string>()

  /** Watches a statement from its beginning; `what` describes it, like "insert into posts". */
  watch<Query extends object>(query: Query, what: string): Query {
    const token = {}
    this.#begun.set(token, what)
    return whenSent(query, () => this.#begun.delete(token))
  }

  /** @throws UnsentChange if one was forgotten */
  assertNone(): void {
    const [what] = this.#begun.values()
    if (what === undefined) return
    throw new UnsentChange(`${what} was never sent: put await before it. Nothing of the transaction was kept`)
  }
}

/** An insert and an update become statements by their values. */
function whenSent<Query extends object>(query: Query, sent: () => void): Query {
  const builder = query as unknown as Builder
  const names = ['execute', 'prepare'].filter(name => builder[name])
  for (const name of names.length > 0 ? names : ['values', 'select', 'set']) {
    const method = builder[name]
    if (!method) continue
    builder[name] = (...given) => {
      const result = method.apply(query, given)
      if (names.length > 0) sent()
      return names.length > 0 ? result : whenSent(result as object, sent)
    }
  }
  return query
}
