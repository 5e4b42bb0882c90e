/**
 * postgres.js 3.4.9 ends the process when a connection is lost during a transaction: it writes the rollback to a
 * socket that is gone, where nobody can catch what happens. What was waiting to be written then keeps the next
 * connection in its place from ever saying anything, and a statement sent between a socket's error and its end is
 * never answered. Its source is put right as it is loaded, until that is done where it is made.
 * @see https://github.com/porsager/postgres/issues/1208
 * @see https://github.com/porsager/postgres/issues/1154
 */
import { registerHooks } from 'node:module'
import { engine } from '../engine.ts'

const repairs: [what: string, by: string][] = [
  [
    `    if (stream)
      return queryError(q, Errors.generic('COPY_IN_PROGRESS'`,
    `    if (!socket || socket.connecting)
      return queryError(q, Errors.connection('CONNECTION_CLOSED', options, socket)), true

    if (stream)
      return queryError(q, Errors.generic('COPY_IN_PROGRESS'`,
  ],
  [
    `    const x = socket.write(chunk, fn)`,
    `    if (!socket)
      return chunk = nextWriteTimer = null, true

    const x = socket.write(chunk, fn)`,
  ],
  [
    `    clearImmediate(nextWriteTimer)
    socket.removeListener('data', data)`,
    `    clearImmediate(nextWriteTimer)
    chunk = nextWriteTimer = null
    socket.removeListener('data', data)`,
  ],
  [`    !hadError && (query || sent.length) && error(`, `    ;(query || sent.length) && error(`],
]

if (engine === 'postgresql') {
  registerHooks({
    load(url, context, next) {
      const loaded = next(url, context)
      if (!url.endsWith('/node_modules/postgres/src/connection.js')) return loaded
      return { ...loaded, source: repaired(Buffer.from(loaded.source as Uint8Array).toString()) }
    },
  })
}

/** @throws Error when the source is another than that which these repairs were made for */
function repaired(source: string): string {
  return repairs.reduce((text, [what, by]) => {
    if (text.split(what).length !== 2)
      throw new Error(`this is not the postgres.js that postgres-repairs.ts was made for: ${what}`)
    return text.replace(what, () => by)
  }, source)
}
