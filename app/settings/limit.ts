import type { FastifyInstance } from 'fastify'
import plugin from 'fastify-plugin'
import type { RateLimit } from '../limits/queries.ts'

/** Changes that drop the pages which show the person. */
export const settingsLimit: RateLimit = { name: 'settings', burst: 60, every: 10_000 }

/** The same by the API, counted apart: a stolen token does not use up what the forms have. */
export const apiSettingsLimit: RateLimit = { ...settingsLimit, name: 'settings-api' }

/** Not the forms that expel an intruder, who could use up their limit: password, sessions, tokens. */
const limited =
  /^\/settings\/(profile|language|theme|time-zone|privacy|notifications|home|shortcuts)$|^\/@:username\/block/

/** Counts the forms of a person's profile, preferences and privacy, and those that block a person. */
export default plugin(async (app: FastifyInstance) => {
  app.addHook('preHandler', async ({ method, routeOptions, viewer }) => {
    if (method !== 'POST' || !viewer || !limited.test(routeOptions.url ?? '')) return
    await app.db.transaction(tx => app.rateLimits.consume(tx, settingsLimit, viewer.id))
  })
})
