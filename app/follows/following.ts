import type { FastifyInstance } from 'fastify'
import { Problem } from '../http/errors.ts'
import type { RateLimit } from '../limits/queries.ts'
import { follow } from './queries.ts'

export const followingLimit: RateLimit = { name: 'following', burst: 60, every: 5_000 }

/**
 * Follows a person for the viewer, for the form and the API.
 * @throws Problem 403 if one of the two has blocked the other, 429 after too many
 */
export async function followPerson(
  { db, rateLimits }: FastifyInstance,
  viewerId: number,
  { id, displayName }: { id: number; displayName: string },
): Promise<void> {
  const followed = await db.transaction(async tx => {
    await rateLimits.consume(tx, followingLimit, viewerId)
    return follow(tx, viewerId, id)
  })
  if (!followed) throw new Problem(403, 'follows.apart', { name: displayName })
}
