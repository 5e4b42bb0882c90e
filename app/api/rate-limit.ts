import type { FastifyInstance, FastifyRequest } from 'fastify'
import { consume } from '../limits/limits.ts'
import { networkOf } from '../limits/network.ts'

/** So many requests are taken from the allowance `api` at once. */
const bundle = 20
/** More callers than this at a time, and the bundles of the longest known are forgotten. */
const mostCallers = 10_000

/**
 * Counts a request against the viewer's allowance, or that of the network it comes from. A process takes
 * requests from the database by the bundle: a write for each would cost more than most of the answers, and
 * would make every remembered page (page-cache/plugin.ts) old.
 * @throws Problem 429 when there is none left
 */
export function countRequests(app: FastifyInstance): (request: FastifyRequest) => Promise<void> {
  const left = new Map<string, number>()
  return async ({ viewer, ip }) => {
    const subject = viewer ? `user ${viewer.id}` : networkOf(ip)
    const before = left.get(subject) ?? 0
    if (before === 0) await app.db.transaction(tx => consume(tx, 'api', subject))
    left.set(subject, (before || bundle) - 1)
    if (left.size > mostCallers) left.delete(left.keys().next().value as string)
  }
}
