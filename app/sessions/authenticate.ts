import type { FastifyRequest } from 'fastify'
import { findCredentials } from '../accounts/queries.ts'
import { digestOf } from '../limits/limits.ts'
import { networkOf } from '../limits/network.ts'
import type { RateLimit } from '../limits/queries.ts'
import { verifyPassword } from '../security/passwords.ts'
import { deviceHash } from './device-cookie.ts'
import { isKnownDevice } from './known-device-queries.ts'

export const signInLimit: RateLimit = { name: 'sign-in', burst: 10, every: 60_000 }
export const networkSignInLimit: RateLimit = { name: 'sign-in-address', burst: 50, every: 10_000 }

type Expense = [RateLimit, string]
type Credentials = { id: number; passwordHash: string }

/**
 * Whose account this is, or null where name or password are wrong. Every attempt is counted before the
 * password is compared, and not counted after all if it was right.
 * @throws RateLimitExceeded after too many attempts, whether or not there is such an account
 */
export async function authenticate(
  request: FastifyRequest,
  { identifier, password }: { identifier: string; password: string },
): Promise<Credentials | null> {
  const { db } = request.server
  const found = await findCredentials(db, identifier)
  const expenses = await expensesOf(request, identifier, found?.id ?? 0)
  await db.transaction(async tx => {
    for (const [allowance, subject] of expenses)
      await request.server.rateLimits.consume(tx, allowance, subject)
  })
  const isRight = await verifyPassword(password, found?.passwordHash)
  if (!found || !isRight) return null
  await db.transaction(async tx => {
    for (const [allowance, subject] of expenses)
      await request.server.rateLimits.refund(tx, allowance, subject)
  })
  return found
}

/**
 * By the client's network and by the name as it was typed, so that nobody learns whether a name and an
 * address are one account. A browser that this person uses has an allowance to itself.
 */
async function expensesOf(request: FastifyRequest, identifier: string, userId: number): Promise<Expense[]> {
  const tokenHash = deviceHash(request)
  const isKnown = tokenHash !== null && (await isKnownDevice(request.server.db, { tokenHash, userId }))
  if (isKnown) return [[signInLimit, `${tokenHash}:${userId}`]]
  return [
    [networkSignInLimit, networkOf(request.ip)],
    [signInLimit, digestOf(identifier)],
  ]
}
