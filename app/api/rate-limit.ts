import type { FastifyInstance, FastifyRequest } from 'fastify'
import { networkOf } from '../limits/network.ts'
import type { RateLimit } from '../limits/queries.ts'

/** Of batches, not of requests. */
export const requestLimit: RateLimit = { name: 'api', burst: 15, every: 4_000 }
/** Requests taken from the limit at once. */
const batchSize = 20
/** Viewers and networks whose batches are kept; beyond that, the oldest are dropped. */
const maxSubjects = 10_000

/**
 * Counts a request against the limit of its viewer, or of their network. A process takes requests from the database in
 * batches: a write for each would cost more than most of the answers, and would invalidate every cached page.
 * @throws Problem 429 when the limit is reached
 */
export function countRequests(app: FastifyInstance): (request: FastifyRequest) => Promise<void> {
  const left = new Map<string, number>()
  return async ({ viewer, ip }) => {
    const subject = viewer ? `user ${viewer.id}` : networkOf(ip)
    const before = left.get(subject) ?? 0
    if (before === 0) await app.db.transaction(tx => app.rateLimits.consume(tx, requestLimit, subject))
    left.set(subject, (before || batchSize) - 1)
    if (left.size > maxSubjects) left.delete(left.keys().next().value as string)
  }
}
