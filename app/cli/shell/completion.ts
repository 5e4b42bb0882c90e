import type { CompleterResult } from 'node:readline'
import type { REPLServer } from 'node:repl'
import { refusals } from './did-you-mean.ts'

type Completer = (line: string, done: (error: Error | null, result?: CompleterResult) => void) => void

/** The methods of a query, which can follow a call. */
const queryMethods =
  'from where innerJoin leftJoin groupBy having orderBy limit offset values set returning onConflictDoNothing onConflictDoUpdate'
    .split(' ')
    .map(method => `.${method}`)

/**
 * Node 24's own completion gives up at `await` and inside parentheses, which is where queries are written. It
 * gets only the last name of the line, with its dots; a `tx` that does not exist yet is completed like `db`.
 */
export function completeInsideQueries(server: REPLServer): void {
  const complete = (server.completer as Completer).bind(server)
  const completeByNode: Completer = (line, done) => {
    refusals.areOn = false
    complete(line, (...results) => {
      refusals.areOn = true
      done(...results)
    })
  }
  const completer: Completer = (line, done) => {
    const name = /[\w$.]*$/.exec(line)?.[0] ?? ''
    if (/(?:require|import) *\(/.test(line)) return completeByNode(line, done)
    if (name.startsWith('.')) {
      const afterCall = line.endsWith(`)${name}`)
      return done(null, [
        afterCall ? queryMethods.filter(method => method.startsWith(name)) : [],
        afterCall ? name : '',
      ])
    }
    if (!name.startsWith('tx.')) return completeByNode(name, done)
    const asTx = (text: string) => text.replace(/^db\./, 'tx.')
    completeByNode(name.replace(/^tx/, 'db'), (error, result) =>
      done(error, result && [result[0].map(asTx), asTx(result[1])]),
    )
  }
  Object.assign(server, { completer })
}
