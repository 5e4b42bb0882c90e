import { createHash } from 'node:crypto'
import type { FastifyReply } from 'fastify'
import type { Writer } from '../database/database.ts'
import { Problem, whenToTry } from '../http/errors.ts'
import type { LocaleKey } from '../locales/translate.ts'
import { foldIdentifier } from '../text/fold.ts'
import { type Allowance, returnOne, secondsUntilOne, takeOne } from './queries.ts'

/** What is limited: so many at once, and then one more as each `every` (milliseconds) passes. */
const allowances = {
  'sign-in': { burst: 10, every: 60_000 },
  'sign-in-address': { burst: 50, every: 10_000 },
  'sign-up': { burst: 5, every: 600_000 },
  'password-reset': { burst: 5, every: 600_000 },
  posting: { burst: 30, every: 10_000 },
  following: { burst: 60, every: 5_000 },
  messages: { burst: 30, every: 5_000 },
  search: { burst: 60, every: 1_000 },
  export: { burst: 3, every: 3_600_000 },
  translating: { burst: 30, every: 2_000 },
  // By the twenty: see api/allowance.ts.
  api: { burst: 15, every: 4_000 },
} satisfies Record<string, Allowance>

export type AllowanceName = keyof typeof allowances

/** Somebody has used up an allowance. */
export class LimitReached extends Problem {
  override readonly retryAfter: number
  constructor(retryAfter: number) {
    super(429)
    this.retryAfter = retryAfter
  }
}

/**
 * Uses up one of an allowance of `subject` (a user's id, a network, the digest of an account's name); not
 * used after all when the transaction is rolled back.
 * @throws LimitReached with when to try again
 */
export async function spend(tx: Writer, allowance: AllowanceName, subject: string | number): Promise<void> {
  if (!tx.limits) return
  const key = `${allowance}:${subject}`
  const { burst, every } = allowances[allowance]
  if (await takeOne(tx, key, { burst, every })) return
  throw new LimitReached(await secondsUntilOne(tx, key, { burst, every }))
}

/** Takes back what was spent: it turned out not to count. */
export async function giveBack(
  tx: Writer,
  allowance: AllowanceName,
  subject: string | number,
): Promise<void> {
  if (tx.limits) await returnOne(tx, `${allowance}:${subject}`, allowances[allowance])
}

/** Stands for what somebody typed to sign in, so that the table holds no names and no e-mail addresses. */
export function digestOf(identifier: string): string {
  return createHash('sha256').update(foldIdentifier(identifier)).digest('base64url')
}

/** For `catch`: lets a form's handler answer a limit with the form; every other error goes on. */
export function limitReached(error: unknown): LimitReached {
  if (error instanceof LimitReached) return error
  throw error
}

/** Makes the answer a 429, and returns the sentence for its form. */
export function slowDown(
  reply: FastifyReply,
  { retryAfter }: LimitReached,
  reason: LocaleKey = 'limits.kept',
): string {
  const { t } = reply.request
  reply.code(429).header('retry-after', String(retryAfter))
  return `${t(reason)} ${whenToTry(retryAfter, t)}`
}
