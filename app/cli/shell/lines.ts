/** The lines of a pipe or a paste, put together to statements. */
import { setTimeout as delay } from 'node:timers/promises'

/** What no statement begins with: the rest of a chain, an operator, the next part of an `if` or a `try`. */
const continuation = /^\s*(?:\?\.|\.(?![\d.])|[?:,*=|&<>%^]|(?:else|catch|finally)\b)/
const nothing = /^\s*(?:\/\/.*)?$/

/** Whether the line goes on with what the one before began; `.exit` and the other commands do not. */
export function isContinuation(line: string, commands: readonly string[]): boolean {
  const command = /^\s*\.(\w+)(?:\s|$)/.exec(line)?.[1]
  return continuation.test(line) && (command === undefined || !commands.includes(command))
}

/** How long a line waits for the next one. Those of a paste come at once. */
const idleMs = 40

/** Statements: each line together with those that continue it, and the comments and blank lines between them. */
export async function* joinLines(
  lines: AsyncIterable<string>,
  commands: readonly string[],
): AsyncGenerator<string> {
  const iterator = lines[Symbol.asyncIterator]()
  let [statement, gap]: [string | undefined, string[]] = [undefined, []]
  let next = iterator.next()
  for (;;) {
    const result: IteratorResult<string> | void =
      statement === undefined ? await next : await Promise.race([next, delay(idleMs)])
    if (result && !result.done) {
      next = iterator.next()
      if (statement !== undefined && nothing.test(result.value)) {
        gap.push(result.value)
        continue
      }
      if (statement !== undefined && isContinuation(result.value, commands)) {
        statement = [statement, ...gap.splice(0), result.value].join('\n')
        continue
      }
    }
    if (statement !== undefined) yield statement
    yield* gap.splice(0)
    statement = result && !result.done ? result.value : undefined
    if (result?.done) return
  }
}
