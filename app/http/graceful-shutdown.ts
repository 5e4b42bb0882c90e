import type { Server, ServerResponse } from 'node:http'
import { setTimeout as delay, setImmediate as yieldToEventLoop } from 'node:timers/promises'
import closeWithGrace from 'close-with-grace'
import type { FastifyInstance } from 'fastify'
import plugin from 'fastify-plugin'

declare module 'fastify' {
  interface FastifyInstance {
    /** Shutdown calls `end` at once and does not wait for this response: for streams. */
    onShutdown(response: ServerResponse, end: () => void): void
  }
}

/** Milliseconds that an accepted connection has to send its request. */
const quietPeriodMs = 50
const maxTurns = 500

/**
 * On shutdown no new connection is accepted, so that a proxy turns to another process. Requests on open connections
 * are still answered, for at most `timeoutMs`; then `forceCloseConnections` cuts the connections that remain.
 */
export default plugin(async (app: FastifyInstance, { timeoutMs }: { timeoutMs: number }) => {
  const underWay = new Set<ServerResponse>()
  const streams = new Map<ServerResponse, () => void>()
  let resolveIdle: (() => void) | null = null
  app.decorate('onShutdown', (response, end) => {
    underWay.delete(response)
    streams.set(response, end)
  })
  app.addHook('onRequest', async (_request, { raw }) => {
    underWay.add(raw)
    raw.once('close', () => {
      underWay.delete(raw)
      streams.delete(raw)
      if (underWay.size === 0) resolveIdle?.()
    })
  })
  app.addHook('preClose', async () => {
    for (const end of streams.values()) end()
    const isListening = app.server.listening
    if (isListening) await stopAccepting(app.server)
    const idle = async () => {
      do {
        const { promise, resolve } = Promise.withResolvers<void>()
        resolveIdle = resolve
        if (underWay.size > 0) await promise
        if (isListening) await delay(quietPeriodMs).then(yieldToEventLoop)
      } while (underWay.size > 0)
    }
    await Promise.race([idle(), delay(timeoutMs, undefined, { ref: false })])
  })
})

/** Accepts the connections of the backlog first, one a turn of the event loop: closing would reset them. */
async function stopAccepting(server: Server): Promise<void> {
  let hasAccepted = true
  const onConnection = () => {
    hasAccepted = true
  }
  server.on('connection', onConnection)
  for (let turns = 0; hasAccepted && turns < maxTurns; turns++) {
    hasAccepted = false
    await yieldToEventLoop()
    await yieldToEventLoop()
  }
  server.off('connection', onConnection)
  server.close()
}

/** Closes the application on a signal or an uncaught error, and logs errors while closing. */
export function closeOnSignal(app: FastifyInstance): void {
  closeWithGrace({ delay: 10_000, logger: app.log }, async ({ err }) => {
    if (err) app.log.fatal({ err }, 'stopping after an uncaught error')
    await app.close()
  })
}
