/** Browsers with which a person has signed in; they have their own sign-in limit. */
import type { Reader, Writer } from '../database/database.ts'
import { daysBefore, type RetentionRule } from '../database/retention.ts'
import { knownDevices } from '../database/schema.ts'
import { and, eq, lt, ne } from '../database/sql.ts'

type Device = { tokenHash: string; userId: number }

/** Whether this person has signed in with this browser before. */
export async function isKnownDevice(db: Reader, { tokenHash, userId }: Device): Promise<boolean> {
  const found = await db
    .select({ id: knownDevices.id })
    .from(knownDevices)
    .where(and(eq(knownDevices.tokenHash, tokenHash), eq(knownDevices.userId, userId)))
  return found.length > 0
}

export async function saveKnownDevice(tx: Writer, device: Device, now: Date): Promise<void> {
  await tx
    .insert(knownDevices)
    .values({ ...device, lastUsedAt: now })
    .onConflictDoUpdate({ target: [knownDevices.tokenHash, knownDevices.userId], set: { lastUsedAt: now } })
}

export async function deleteKnownDevices(tx: Writer, userId: number): Promise<void> {
  await tx.delete(knownDevices).where(eq(knownDevices.userId, userId))
}

/** Deletes all known devices but the current one. */
export async function deleteOtherKnownDevices(
  tx: Writer,
  { userId, tokenHash }: { userId: number; tokenHash: string | null },
): Promise<void> {
  const others = and(eq(knownDevices.userId, userId), ne(knownDevices.tokenHash, tokenHash ?? ''))
  await tx.delete(knownDevices).where(others)
}

export const unusedDevices: RetentionRule = {
  from: knownDevices,
  key: [knownDevices.id],
  where: now => lt(knownDevices.lastUsedAt, daysBefore(now, 365)),
}
