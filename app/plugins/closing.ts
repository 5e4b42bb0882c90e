import type { ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import plugin from 'fastify-plugin'

/**
 * A stop lets the requests under way finish, for at most `grace` milliseconds; then connections that are
 * still open (streams, sleepers) are cut by `forceCloseConnections`.
 */
export default plugin(async (app: FastifyInstance, { grace }: { grace: number }) => {
  const underWay = new Set<ServerResponse>()
  let whenIdle: (() => void) | null = null
  app.addHook('onRequest', async (_request, { raw }) => {
    underWay.add(raw)
    raw.once('close', () => {
      underWay.delete(raw)
      if (underWay.size === 0) whenIdle?.()
    })
  })
  app.addHook('preClose', async () => {
    if (underWay.size === 0) return
    const { promise, resolve } = Promise.withResolvers<void>()
    whenIdle = resolve
    const timer = setTimeout(resolve, grace)
    await promise
    clearTimeout(timer)
  })
})
