import type { FastifyRequest } from 'fastify'
import { isUnavailable } from '../database/errors.ts'
import { networkOf } from '../limits/network.ts'
import { searchLimit } from './forms.ts'

/** Counts a search by a page or its scripts. While the database is read-only, searches are not counted. */
export async function consumeSearch({ server, viewer, ip, log }: FastifyRequest): Promise<void> {
  try {
    await server.db.transaction(tx => server.rateLimits.consume(tx, searchLimit, viewer?.id ?? networkOf(ip)))
  } catch (error) {
    if (!isUnavailable(error)) throw error
    log.warn({ err: error }, 'the search was not counted')
  }
}
