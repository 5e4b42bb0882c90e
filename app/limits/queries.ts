import type { Reader, Writer } from '../database/database.ts'
import type { RetentionRule } from '../database/retention.ts'
import { rateLimits } from '../database/schema.ts'
import { eq, gt, lt, lte, or, sql } from '../database/sql.ts'
import { endsWith } from '../database/text.ts'
import { shifted } from '../database/time.ts'

/** So many at once, and then one more as each `every` (milliseconds) passes. What is used up is stored by its name. */
export type RateLimit = { name: string; burst: number; every: number }

/** Milliseconds by which the clocks of two machines may differ. */
const tolerance = 600_000

/**
 * The latest moment that anybody can have used an allowance up to. What is later was written when the clock was
 * wrong: it counts for nothing, instead of for days.
 */
function latest({ burst, every }: RateLimit): Date {
  return new Date(Date.now() + burst * every + tolerance)
}

/**
 * Uses up one of the key's allowance, in one statement. True if there was one left.
 * @see https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm
 */
export async function consumeOne(tx: Writer, key: string, limit: RateLimit): Promise<boolean> {
  const { burst, every } = limit
  const now = Date.now()
  const { freeAt } = rateLimits
  const isImpossible = gt(freeAt, latest(limit))
  const later = sql`case when ${gt(freeAt, new Date(now))} and not (${isImpossible}) then ${shifted(freeAt, every)}
    else ${sql.param(new Date(now + every), freeAt)} end`
  const taken = await tx
    .insert(rateLimits)
    .values({ key, freeAt: new Date(now + every) })
    .onConflictDoUpdate({
      target: rateLimits.key,
      set: { freeAt: later },
      setWhere: or(lte(freeAt, new Date(now + (burst - 1) * every)), isImpossible),
    })
    .returning({ key: rateLimits.key })
  return taken.length > 0
}

/** Seconds until the key's allowance has one again, at least 1. */
export async function secondsUntilOne(db: Reader, key: string, { burst, every }: RateLimit): Promise<number> {
  const [row] = await db.select({ freeAt: rateLimits.freeAt }).from(rateLimits).where(eq(rateLimits.key, key))
  const milliseconds = Number(row?.freeAt ?? 0) - (burst - 1) * every - Date.now()
  return Math.max(1, Math.ceil(milliseconds / 1000))
}

/** Gives one back to the key. */
export async function refundOne(tx: Writer, key: string, { every }: RateLimit): Promise<void> {
  const freeAt = shifted(rateLimits.freeAt, -every)
  await tx.update(rateLimits).set({ freeAt }).where(eq(rateLimits.key, key))
}

/** Forgets what somebody has used up of their allowances: the keys that end in their id. */
export async function deleteRateLimits(tx: Writer, userId: number): Promise<void> {
  await tx.delete(rateLimits).where(endsWith(rateLimits.key, `:${userId}`))
}

/** A limit that is free again says nothing. */
export const freeLimits: RetentionRule = {
  from: rateLimits,
  key: [rateLimits.key],
  where: now => lt(rateLimits.freeAt, now),
}
