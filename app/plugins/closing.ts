import type { ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import plugin from 'fastify-plugin'

declare module 'fastify' {
  interface FastifyInstance {
    /** A stop does not wait for this response, which has no end of its own: it calls `end` at once. */
    endOnStop(response: ServerResponse, end: () => void): void
  }
}

/**
 * A stop lets the requests under way finish, for at most `grace` milliseconds; then connections that are
 * still open (streams, sleepers) are cut by `forceCloseConnections`.
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
    if (underWay.size === 0) return
    const { promise, resolve } = Promise.withResolvers<void>()
    whenIdle = resolve
    const timer = setTimeout(resolve, grace)
    await promise
    clearTimeout(timer)
  })
})
