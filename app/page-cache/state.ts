import type { FastifyInstance } from 'fastify'
import plugin from 'fastify-plugin'
import type { State } from '../database/database.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /**
     * What the database was like when this request came, asked once, and once more when it reads from a replica;
     * null where nothing is remembered.
     */
    databaseState(): Promise<State | null>
  }
}

/** What was remembered of an earlier request holds as long as nothing that it is about has been written since. */
export default plugin(
  async (app: FastifyInstance) => {
    const asked = new WeakMap<object, Promise<State | null>>()
    app.decorateRequest('databaseState', function (): Promise<State | null> {
      const visit = app.db.replica?.visit()
      const asker = visit?.reads === 'standby' ? visit : this
      const known = asked.get(asker)
      if (known) return known
      const state = app.config.pageCache ? app.db.state() : Promise.resolve(null)
      asked.set(asker, state)
      return state
    })
  },
  { name: 'state' },
)
