import type { FastifyInstance, FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import type { Replica, Visit } from '../database/database.ts'

/** Seconds that a browser keeps what it has written in mind: longer than a replica that is read may be behind. */
const memory = 60

/** For a browser whose last position could not be found out: no replica is ever there. */
const unknown = Number.MAX_SAFE_INTEGER

/**
 * Where there is a replica, the pages that many people read alike are read there. Whoever has written gets a cookie
 * with the primary's position after their commit, so that every process knows what their next page has to show.
 * The session has been looked up already, on the primary: one that was ended is over everywhere at once.
 */
export default plugin(
  async (app: FastifyInstance) => {
    const { replica } = app.db
    if (!replica) return
    replica.onChange(isServing =>
      app.log[isServing ? 'info' : 'warn'](
        isServing
          ? 'pages are read from the replica'
          : 'the replica is away or behind: pages are read from the primary',
      ),
    )
    const visits = new WeakMap<FastifyRequest, Visit>()
    app.addHook('onRequest', async request => void visits.set(request, await placeOf(replica, request)))
    // From here on: what a callback goes on with happens during the visit, which an `async` hook could not say.
    app.addHook('onRequest', (request, _reply, done) => replica.during(visits.get(request) as Visit, done))
    app.addHook('onSend', async (request, reply) => {
      if (!visits.get(request)?.wrote) return
      const position = await replica.position().catch(() => unknown)
      reply.setSiteCookie('written', String(position), memory)
    })
  },
  { name: 'replica', dependencies: ['cookies', 'sessions'] },
)

async function placeOf(replica: Replica, request: FastifyRequest): Promise<Visit> {
  const { method, routeOptions } = request
  const mayLag = routeOptions.config?.cached && (method === 'GET' || method === 'HEAD')
  if (!mayLag) return { reads: 'primary', wrote: false }
  const seen = request.siteCookie('written') ?? '0'
  return replica.place(/^\d{1,16}$/.test(seen) ? Number(seen) : 0)
}
