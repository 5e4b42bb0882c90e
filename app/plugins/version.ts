import type { FastifyInstance, FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'

declare module 'fastify' {
  interface FastifyRequest {
    /** What the database's state was called when this request came, asked once; null where nothing is remembered. */
    databaseVersion(): Promise<string | null>
  }
}

/** What was remembered of an earlier request holds as long as nothing at all has been written since. */
export default plugin(
  async (app: FastifyInstance) => {
    const asked = new WeakMap<FastifyRequest, Promise<string | null>>()
    app.decorateRequest('databaseVersion', function () {
      let version = asked.get(this)
      if (!version)
        asked.set(this, (version = app.config.pageCache ? app.db.version() : Promise.resolve(null)))
      return version
    })
  },
  { name: 'version' },
)
