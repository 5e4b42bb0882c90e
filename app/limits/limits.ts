import { createHash } from 'node:crypto'
import type { FastifyReply } from 'fastify'
import type { Writer } from '../database/database.ts'
import { Problem, whenToTry } from '../http/errors.ts'
import type { LocaleKey } from '../locales/translate.ts'
import { foldIdentifier } from '../text/fold.ts'
import { consumeOne, type RateLimit, refundOne, secondsUntilOne } from './queries.ts'

/** A rate limit is used up. */
export class RateLimitExceeded extends Problem {
  override readonly retryAfter: number
  constructor(retryAfter: number) {
    super(429)
    this.retryAfter = retryAfter
  }
}

declare module 'fastify' {
  interface FastifyInstance {
    rateLimits: RateLimits
  }
}

/** Counts what people do; nothing where RATE_LIMITS is off. */
export class RateLimits {
  readonly #isOn: boolean

  constructor(isOn: boolean) {
    this.#isOn = isOn
  }

  /**
   * Consumes one of the limit of `subject` (a user's id, a network, the digest of an account's name), unless the
   * transaction is rolled back.
   * @throws RateLimitExceeded with the seconds to wait
   */
  async consume(tx: Writer, limit: RateLimit, subject: string | number): Promise<void> {
    const key = keyOf(limit, subject)
    if (!this.#isOn || (await consumeOne(tx, key, limit))) return
    throw new RateLimitExceeded(await secondsUntilOne(tx, key, limit))
  }

  /** Gives back what was consumed by an attempt that does not count. */
  async refund(tx: Writer, limit: RateLimit, subject: string | number): Promise<void> {
    if (this.#isOn) await refundOne(tx, keyOf(limit, subject), limit)
  }
}

function keyOf({ name }: RateLimit, subject: string | number): string {
  return `${name}:${subject}`
}

/** Stands for the typed name or email address, so that the table holds neither. */
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
