import type { FastifyRequest } from 'fastify'
import { findCredentials } from '../accounts/queries.ts'
import { digestOf } from '../limits/limits.ts'
import { networkOf } from '../limits/network.ts'
import type { RateLimit } from '../limits/queries.ts'
import { verifyPassword } from '../security/passwords.ts'
import { deviceHash } from './device.ts'
import { isKnownDevice } from './known-device-queries.ts'

export const signInLimit: RateLimit = { name: 'sign-in', burst: 10, every: 60_000 }
export const networkSignInLimit: RateLimit = { name: 'sign-in-address', burst: 50, every: 10_000 }

type LimitedSubject = [RateLimit, string]
type Credentials = { id: number; passwordHash: string }

/**
 * The account with this name and password, or null. Every attempt is counted before the password is compared, the right
 * ones, too, because comparing takes a moment of all processors.
 * @throws RateLimitExceeded after too many attempts, whether or not the account exists
 */
export async function authenticate(
  request: FastifyRequest,
  { identifier, password }: { identifier: string; password: string },
): Promise<Credentials | null> {
  const { db } = request.server
  const found = await findCredentials(db, identifier)
  const limits = await limitsOf(request, identifier, found?.id ?? 0)
  await db.transaction(async tx => {
    for (const [limit, subject] of limits) await request.server.rateLimits.consume(tx, limit, subject)
  })
  const isRight = await verifyPassword(password, found?.passwordHash)
  return found && isRight ? found : null
}

/**
 * Limits by network and by account, whether its name or its address is typed; what is no account's is counted the same,
 * by itself. A known device has its own limit, so that strangers cannot lock out an account's owner.
 */
async function limitsOf(
  request: FastifyRequest,
  identifier: string,
  userId: number,
): Promise<LimitedSubject[]> {
  const tokenHash = deviceHash(request)
  const isKnown = tokenHash !== null && (await isKnownDevice(request.server.db, { tokenHash, userId }))
  if (isKnown) return [[signInLimit, `${tokenHash}:${userId}`]]
  return [
    [networkSignInLimit, networkOf(request.ip)],
    [signInLimit, userId > 0 ? `account:${userId}` : digestOf(identifier)],
  ]
}
