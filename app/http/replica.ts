import type { FastifyInstance, FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import { type ReadPreference, type Replica, replicaOf } from '../database/open.ts'

/** Seconds that a browser sends back what it has written: longer than a replica that is read may be behind. */
const cookieSeconds = 60

/** For a browser whose last position could not be asked for: no replica ever has it. */
const unreachable = Number.MAX_SAFE_INTEGER

/**
 * Where there is a replica, the pages that many people read alike are read there. A request that writes gets a cookie
 * with the primary's position after its commit, so that every process knows what the browser's next page has to show.
 * The session was looked up before, on the primary: one that was ended is over everywhere at once.
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
      // The standby may lack the commits of that time.
      if (preference.reads === 'standby' && request.readAt !== null) request.readAt -= replica.maxLagMs
    })
    // The rest of the request runs inside the callback, and so inside `during`, which an `async` hook cannot arrange.
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
