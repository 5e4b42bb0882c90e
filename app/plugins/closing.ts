import type { Server, ServerResponse } from 'node:http'
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import plugin from 'fastify-plugin'

declare module 'fastify' {
  interface FastifyInstance {
    /** A stop does not wait for this response, which has no end of its own: it calls `end` at once. */
    endOnStop(response: ServerResponse, end: () => void): void
  }
}

/** Milliseconds in which whoever has just been let in gets to say what they want. */
const lull = 50
const mostTurns = 500

/**
 * From a stop on nobody new is let in, so that a proxy turns to another process. The requests under way, and those of
 * whoever is in, are answered, for at most `grace` milliseconds; then connections that are still open (streams,
 * sleepers) are cut by `forceCloseConnections`.
 */
export default plugin(async (app: FastifyInstance, { grace }: { grace: number }) => {
  const underWay = new Set<ServerResponse>()
  const endless = new Map<ServerResponse, () => void>()
  let whenIdle: (() => void) | null = null
  const forget = (response: ServerResponse) => {
    underWay.delete(response)
    endless.delete(response)
    if (underWay.size === 0) whenIdle?.()
  }
  app.decorate('endOnStop', (response, end) => {
    underWay.delete(response)
    endless.set(response, end)
  })
  app.addHook('onRequest', async (_request, { raw }) => {
    underWay.add(raw)
    raw.once('close', () => forget(raw))
  })
  app.addHook('preClose', async () => {
    for (const end of endless.values()) end()
    const isOpen = app.server.listening
    if (isOpen) await shutTheDoor(app.server)
    const over = delay(grace, undefined, { ref: false })
    const idle = async () => {
      const { promise, resolve } = Promise.withResolvers<void>()
      whenIdle = resolve
      if (underWay.size > 0) await promise
      if (isOpen) await delay(lull).then(nextTurn)
      if (underWay.size > 0) await idle()
    }
    await Promise.race([idle(), over])
  })
})

/** Node lets one connection in a turn: those who wait at the door come in first, or they would be cut off. */
async function shutTheDoor(server: Server): Promise<void> {
  let hasCome = true
  const see = () => {
    hasCome = true
  }
  server.on('connection', see)
  for (let turns = 0; hasCome && turns < mostTurns; turns++) {
    hasCome = false
    await nextTurn()
    await nextTurn()
  }
  server.off('connection', see)
  server.close()
}
