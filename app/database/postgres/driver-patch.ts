/**
 * postgres.js 3.4.9 ends the process when a connection is lost during a transaction: it writes the rollback to a
 * closed socket, and no caller can catch the error. The bytes that were waiting to be written then block the next
 * connection, and a statement sent between a socket's error and its end is never answered. To a server without TLS it
 * sends encrypted bytes all the same. These edits are applied to its source while it is loaded, until a release has them.
 * @see https://github.com/porsager/postgres/issues/1208
 * @see https://github.com/porsager/postgres/issues/1154
 */
import { registerHooks } from 'node:module'
import { engine } from '../engine.ts'

const patches: [search: string, replacement: string][] = [
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
  [
    `        return connected()
    }

    const options = {`,
    `        return connected()
      if (!canSSL)
        return socket.destroy(Object.assign(new Error('the server offers no TLS'), { code: 'TLS_NOT_OFFERED' }))
    }

    const options = {`,
  ],
  [`    !hadError && (query || sent.length) && error(`, `    ;(query || sent.length) && error(`],
]

if (engine === 'postgresql') {
  registerHooks({
    load(url, context, next) {
      const loaded = next(url, context)
      if (!url.endsWith('/node_modules/postgres/src/connection.js')) return loaded
      let source = Buffer.from(loaded.source as Uint8Array).toString()
      for (const [search, replacement] of patches) {
        if (source.split(search).length !== 2)
          throw new Error(`driver-patch.ts does not fit this version of postgres.js: ${search}`)
        source = source.replace(search, () => replacement)
      }
      return { ...loaded, source }
    },
  })
}
