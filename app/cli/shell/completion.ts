import type { CompleterResult } from 'node:readline'
import type { REPLServer } from 'node:repl'

type Completer = (line: string, done: (error: Error | null, result?: CompleterResult) => void) => void

/** What can follow a call: the parts of a query. */
const parts =
  'from where innerJoin leftJoin groupBy having orderBy limit offset values set returning onConflictDoNothing onConflictDoUpdate'

/**
 * Node 24's own completion gives up at `await` and inside of parentheses, which is where queries are written.
 * It gets the last name of the line alone, with its dots; and a `tx` that does not exist yet stands for `db`.
 */
export function completeInsideQueries(server: REPLServer): void {
  const ofNode = (server.completer as Completer).bind(server)
  const complete: Completer = (line, done) => {
    const name = /[\w$.]*$/.exec(line)?.[0] ?? ''
    if (/(?:require|import) *\(/.test(line)) return ofNode(line, done)
    if (name.startsWith('.')) return done(null, partsLike(line.endsWith(`)${name}`) ? name : ''))
    if (!name.startsWith('tx.')) return ofNode(name, done)
    ofNode(name.replace(/^tx/, 'db'), (error, result) => done(error, result && renamed(result)))
  }
  Object.assign(server, { completer: complete })
}

function partsLike(name: string): CompleterResult {
  const begun = parts.split(' ').map(part => `.${part}`)
  return [name ? begun.filter(part => part.startsWith(name)) : [], name]
}

function renamed([found, begun]: CompleterResult): CompleterResult {
  const rename = (text: string) => text.replace(/^db\./, 'tx.')
  return [found.map(rename), rename(begun)]
}
