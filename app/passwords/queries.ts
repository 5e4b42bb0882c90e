import type { Reader, Writer } from '../database/database.ts'
import { passwordResets, users } from '../database/schema.ts'
import { and, eq, gt, lt } from '../database/sql.ts'
import { endSessionsOf } from '../sessions/queries.ts'

/** Milliseconds that a link works. */
export const resetLifetime = 3_600_000

/** Adds a link for somebody; older ones of theirs stop working. */
export async function createPasswordReset(
  tx: Writer,
  { tokenHash, userId }: { tokenHash: string; userId: number },
  now: Date,
): Promise<void> {
  await tx.delete(passwordResets).where(eq(passwordResets.userId, userId))
  await tx.delete(passwordResets).where(lt(passwordResets.expiresAt, now))
  const expiresAt = new Date(now.getTime() + resetLifetime)
  await tx.insert(passwordResets).values({ tokenHash, userId, createdAt: now, expiresAt })
}

/** Whose link this is, if it still works. */
export async function findPasswordReset(db: Reader, tokenHash: string, now: Date) {
  const [found] = await db
    .select({ userId: users.id, username: users.username })
    .from(passwordResets)
    .innerJoin(users, eq(users.id, passwordResets.userId))
    .where(and(eq(passwordResets.tokenHash, tokenHash), gt(passwordResets.expiresAt, now)))
  return found
}

/** Uses a link up: sets the password and ends every session. False if it was used or has expired meanwhile. */
export async function usePasswordReset(
  tx: Writer,
  { tokenHash, passwordHash }: { tokenHash: string; passwordHash: string },
  now: Date,
): Promise<boolean> {
  const [used] = await tx
    .delete(passwordResets)
    .where(and(eq(passwordResets.tokenHash, tokenHash), gt(passwordResets.expiresAt, now)))
    .returning({ userId: passwordResets.userId })
  if (!used) return false
  await tx.update(users).set({ passwordHash }).where(eq(users.id, used.userId))
  await endSessionsOf(tx, used.userId)
  return true
}
