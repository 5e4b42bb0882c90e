import type { Reader, Writer } from '../database/database.ts'
import { knownDevices, rateLimits } from '../database/schema.ts'
import { and, eq, gt, lte, ne, or, sql } from '../database/sql.ts'
import { endsWith } from '../database/text.ts'
import { shifted } from '../database/time.ts'

/** So many at once, and then one more as each `every` (milliseconds) passes. */
export type RateLimit = { burst: number; every: number }

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
export async function consumeOne(tx: Writer, key: string, { burst, every }: RateLimit): Promise<boolean> {
  const now = Date.now()
  const { freeAt } = rateLimits
  const isImpossible = gt(freeAt, latest({ burst, every }))
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

type Device = { tokenHash: string; userId: number }

/** Whether this person has signed in with this browser before. */
export async function isKnownDevice(db: Reader, device: Device): Promise<boolean> {
  const found = await db.select({ id: knownDevices.id }).from(knownDevices).where(isDevice(device))
  return found.length > 0
}

export async function saveKnownDevice(tx: Writer, device: Device, now: Date): Promise<void> {
  await tx
    .insert(knownDevices)
    .values({ ...device, lastUsedAt: now })
    .onConflictDoUpdate({ target: [knownDevices.tokenHash, knownDevices.userId], set: { lastUsedAt: now } })
}

/** From now on, an attempt to sign in as this person counts the same from every browser. */
export async function deleteKnownDevices(tx: Writer, userId: number): Promise<void> {
  await tx.delete(knownDevices).where(eq(knownDevices.userId, userId))
}

/** The same, but for the browser that asks for it. */
export async function deleteOtherKnownDevices(
  tx: Writer,
  { userId, tokenHash }: { userId: number; tokenHash: string | null },
): Promise<void> {
  const others = and(eq(knownDevices.userId, userId), ne(knownDevices.tokenHash, tokenHash ?? ''))
  await tx.delete(knownDevices).where(others)
}

function isDevice({ tokenHash, userId }: Device) {
  return and(eq(knownDevices.tokenHash, tokenHash), eq(knownDevices.userId, userId))
}
