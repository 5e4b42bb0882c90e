import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Writer } from '../database/database.ts'

/**
 * Writes after a response, best effort: a failure is only logged. `writeFor` returns null if a request has nothing to
 * write. Running writes end before the database closes.
 */
export function writeAfterResponses(
  app: FastifyInstance,
  failure: string,
  writeFor: (request: FastifyRequest) => ((tx: Writer) => Promise<void>) | null,
): void {
  const writing = new Set<Promise<void>>()
  app.addHook('onResponse', async request => {
    const write = writeFor(request)
    if (!write) return
    const written = app.db
      .transaction(write)
      .catch(error => request.log.warn({ err: error }, failure))
      .finally(() => writing.delete(written))
    writing.add(written)
  })
  app.addHook('onClose', async () => void (await Promise.all(writing)))
}
