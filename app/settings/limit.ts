import type { FastifyInstance } from 'fastify'
import plugin from 'fastify-plugin'
import type { RateLimit } from '../limits/queries.ts'

/** Changes of one's own settings and blocks: every one drops the pages that show the person. */
export const settingsLimit: RateLimit = { name: 'settings', burst: 60, every: 10_000 }

const limited = /^\/settings\/|^\/@:username\/block/

/** Counts every form under /settings, of whichever noun, and those that block somebody. */
export default plugin(async (app: FastifyInstance) => {
  app.addHook('preHandler', async ({ method, routeOptions, viewer }) => {
    if (method !== 'POST' || !viewer || !limited.test(routeOptions.url ?? '')) return
    await app.db.transaction(tx => app.rateLimits.consume(tx, settingsLimit, viewer.id))
  })
})
