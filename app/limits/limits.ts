import { createHash } from 'node:crypto'
import type { FastifyReply } from 'fastify'
import type { Writer } from '../database/database.ts'
import { Problem, retrySentence } from '../http/errors.ts'
import type { LocaleKey } from '../locales/translate.ts'
import { foldIdentifier } from '../text/normalize.ts'
import { widerNetworkOf } from './network.ts'
import { consumeOne, type RateLimit, secondsUntilOne } from './queries.ts'

/** Answered with 429 and Retry-After. */
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

/** The rate limits of the application; none are applied with RATE_LIMITS=off. */
export class RateLimits {
  readonly #isOn: boolean

  constructor(isOn: boolean) {
    this.#isOn = isOn
  }

  /**
   * Counts one use by `subject` (a user's id, a network, the digest of an account's name), unless the transaction is
   * rolled back.
   * @throws RateLimitExceeded with the seconds to wait
   */
  async consume(tx: Writer, limit: RateLimit, subject: string | number): Promise<void> {
    if (!this.#isOn) return
    for (const [each, key] of countedFor(limit, subject)) {
      if (!(await consumeOne(tx, key, each)))
        throw new RateLimitExceeded(await secondsUntilOne(tx, key, each))
    }
  }
}

/** As many households as together use up what a /48 has. */
const networksInWider = 16

/** A network of IPv6 is counted for the one around it, too: a /48 holds 65,536 of them. */
function countedFor(limit: RateLimit, subject: string | number): [RateLimit, string][] {
  const wider = widerNetworkOf(subject)
  const own: [RateLimit, string] = [limit, keyOf(limit, subject)]
  if (!wider) return [own]
  const { name, burst, every } = limit
  const wide = { name, burst: burst * networksInWider, every: Math.ceil(every / networksInWider) }
  return [own, [wide, keyOf(limit, wider)]]
}

function keyOf({ name }: RateLimit, subject: string | number): string {
  return `${name}:${subject}`
}

/** Replaces a username or email address in the table, which holds neither. */
export function digestOf(identifier: string): string {
  return createHash('sha256').update(foldIdentifier(identifier)).digest('base64url')
}

/** For `catch`: returns an exceeded limit to the form's handler and rethrows other errors. */
export function catchRateLimit(error: unknown): RateLimitExceeded {
  if (error instanceof RateLimitExceeded) return error
  throw error
}

/** Sets the status 429 and returns the sentence for the form. */
export function tooManyRequests(
  reply: FastifyReply,
  { retryAfter }: RateLimitExceeded,
  reason: LocaleKey = 'limits.kept',
): string {
  const { t } = reply.request
  reply.code(429).header('retry-after', String(retryAfter))
  return `${t(reason)} ${retrySentence(retryAfter, t)}`
}
