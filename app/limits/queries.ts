import type { Reader, Writer } from '../database/database.ts'
import type { RetentionRule } from '../database/retention.ts'
import { rateLimits } from '../database/schema.ts'
import { eq, gt, lt, lte, or, shifted, sql } from '../database/sql.ts'
import { endsWith } from '../database/text.ts'

/** Allows `burst` uses at once, then one more every `every` milliseconds. Stored by name. */
export type RateLimit = { name: string; burst: number; every: number }

/** Milliseconds by which the clocks of two machines may differ. */
const tolerance = 600_000

/**
 * Counts one use by the key, in one statement. False if the limit is exceeded.
 * @see https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm
 */
export async function consumeOne(tx: Writer, key: string, { burst, every }: RateLimit): Promise<boolean> {
  const now = Date.now()
  const { freeAt } = rateLimits
  // Written while the clock was wrong, and ignored.
  const isImpossible = gt(freeAt, new Date(now + burst * every + tolerance))
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

/** Seconds until the key's next use is allowed, at least 1. */
export async function secondsUntilOne(db: Reader, key: string, { burst, every }: RateLimit): Promise<number> {
  const [row] = await db.select({ freeAt: rateLimits.freeAt }).from(rateLimits).where(eq(rateLimits.key, key))
  const milliseconds = Number(row?.freeAt ?? 0) - (burst - 1) * every - Date.now()
  return Math.max(1, Math.ceil(milliseconds / 1000))
}

/** Deletes a person's entries: the keys that end in their id. */
export async function deleteRateLimits(tx: Writer, userId: number): Promise<void> {
  await tx.delete(rateLimits).where(endsWith(rateLimits.key, `:${userId}`))
}

/** An entry whose time has passed has no effect. */
export const freeLimits: RetentionRule = {
  from: rateLimits,
  key: [rateLimits.key],
  where: now => lt(rateLimits.freeAt, now),
}
