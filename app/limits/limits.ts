import { createHash } from 'node:crypto'
import type { FastifyReply } from 'fastify'
import type { Writer } from '../database/database.ts'
import { Problem, whenToTry } from '../http/errors.ts'
import type { LocaleKey } from '../locales/translate.ts'
import { foldIdentifier } from '../text/fold.ts'
import { consumeOne, type RateLimit, refundOne, secondsUntilOne } from './queries.ts'

/** Somebody has used up an allowance. */
export class RateLimitExceeded extends Problem {
  override readonly retryAfter: number
  constructor(retryAfter: number) {
    super(429)
    this.retryAfter = retryAfter
  }
}

/**
 * Uses up one of an allowance of `subject` (a user's id, a network, the digest of an account's name); not
 * used after all when the transaction is rolled back.
 * @throws RateLimitExceeded with when to try again
 */
export async function consume(tx: Writer, limit: RateLimit, subject: string | number): Promise<void> {
  if (!tx.limits) return
  const key = keyOf(limit, subject)
  if (await consumeOne(tx, key, limit)) return
  throw new RateLimitExceeded(await secondsUntilOne(tx, key, limit))
}

/** Takes back what was spent: it turned out not to count. */
export async function refund(tx: Writer, limit: RateLimit, subject: string | number): Promise<void> {
  if (tx.limits) await refundOne(tx, keyOf(limit, subject), limit)
}

function keyOf({ name }: RateLimit, subject: string | number): string {
  return `${name}:${subject}`
}

/** Stands for what somebody typed to sign in, so that the table holds no names and no e-mail addresses. */
export function digestOf(identifier: string): string {
  return createHash('sha256').update(foldIdentifier(identifier)).digest('base64url')
}

/** For `catch`: lets a form's handler answer a limit with the form; every other error goes on. */
export function catchRateLimit(error: unknown): RateLimitExceeded {
  if (error instanceof RateLimitExceeded) return error
  throw error
}

/** Makes the answer a 429, and returns the sentence for its form. */
export function tooManyRequests(
  reply: FastifyReply,
  { retryAfter }: RateLimitExceeded,
  reason: LocaleKey = 'limits.kept',
): string {
  const { t } = reply.request
  reply.code(429).header('retry-after', String(retryAfter))
  return `${t(reason)} ${whenToTry(retryAfter, t)}`
}
