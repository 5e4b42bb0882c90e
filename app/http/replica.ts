import type { FastifyInstance, FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import { type ReadPreference, type Replica, replicaOf } from '../database/open.ts'

/** Seconds that a browser keeps the position of its last write: longer than the replica's maximum lag. */
const cookieSeconds = 60

/** The position when the primary's could not be read: no replica reaches it. */
const unreachable = Number.MAX_SAFE_INTEGER

/**
 * Reads cached pages from the replica, if there is one. A request that writes sets a cookie with the primary's
 * position after its commit, so that every process reads the browser's next page at or after that position. The
 * session is read from the primary, so that an ended one is over at once.
 */
export default plugin(
  async (app: FastifyInstance) => {
    const replica = replicaOf(app.db)
    if (!replica) return
    replica.onChange(isServing =>
      app.log[isServing ? 'info' : 'warn'](
        isServing
          ? 'pages are read from the replica'
          : 'the replica is away or behind: pages are read from the primary',
      ),
    )
    const preferences = new WeakMap<FastifyRequest, ReadPreference>()
    app.addHook('onRequest', async request => {
      const preference = await choose(replica, request)
      preferences.set(request, preference)
      // The standby may lack the last commits.
      if (preference.reads === 'standby' && request.readAt !== null) request.readAt -= replica.maxLagMs
    })
    // With a callback, the rest of the request runs inside `during`; with an `async` hook it would not.
    app.addHook('onRequest', (request, _reply, done) =>
      replica.during(preferences.get(request) as ReadPreference, done),
    )
    app.addHook('onSend', async (request, reply) => {
      if (!preferences.get(request)?.wrote) return
      const position = await replica.position().catch(() => unreachable)
      reply.setSiteCookie('written', String(position), cookieSeconds)
    })
  },
  { name: 'replica', dependencies: ['cookies', 'freshness', 'sessions'] },
)

async function choose(replica: Replica, request: FastifyRequest): Promise<ReadPreference> {
  const { method, routeOptions } = request
  const mayLag = routeOptions.config?.cached && (method === 'GET' || method === 'HEAD')
  if (!mayLag) return { reads: 'primary', wrote: false }
  const seen = request.siteCookie('written') ?? '0'
  return replica.choose(/^\d{1,16}$/.test(seen) ? Number(seen) : 0)
}
