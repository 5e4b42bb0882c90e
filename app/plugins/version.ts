import type { FastifyInstance } from 'fastify'
import plugin from 'fastify-plugin'

declare module 'fastify' {
  interface FastifyRequest {
    /**
     * What the database's state was called when this request came, asked once, and once more when it reads from a
     * replica; null where nothing is remembered.
     */
    databaseVersion(): Promise<string | null>
  }
}

/** What was remembered of an earlier request holds as long as nothing at all has been written since. */
export default plugin(
  async (app: FastifyInstance) => {
    const asked = new WeakMap<object, Promise<string | null>>()
    app.decorateRequest('databaseVersion', function () {
      const visit = app.db.replica?.visit()
      const asker = visit?.reads === 'standby' ? visit : this
      let version = asked.get(asker)
      if (!version)
        asked.set(asker, (version = app.config.pageCache ? app.db.version() : Promise.resolve(null)))
      return version
    })
  },
  { name: 'version' },
)
