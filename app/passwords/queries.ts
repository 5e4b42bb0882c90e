import { useConfirmation } from '../accounts/email-queries.ts'
import { lockAccount } from '../accounts/queries.ts'
import type { Reader, Writer } from '../database/database.ts'
import type { RetentionRule } from '../database/retention.ts'
import { emailConfirmations, passwordResets, signInLinks, users } from '../database/schema.ts'
import { and, eq, gt, isNull, lt, ne } from '../database/sql.ts'
import type { RateLimit } from '../limits/queries.ts'
import { deleteKnownDevices } from '../sessions/known-device-queries.ts'
import { endSessionsOf } from '../sessions/queries.ts'
import { revokeTokensOf } from '../tokens/queries.ts'

/** For each e-mail address and network. */
export const resetLimit: RateLimit = { name: 'password-reset', burst: 5, every: 600_000 }

/** Milliseconds that a link is valid. */
export const resetLifetime = 3_600_000

/** Adds a link. Earlier links stay valid, because mails may arrive twice, or late. */
export async function createPasswordReset(
  tx: Writer,
  { tokenHash, userId }: { tokenHash: string; userId: number },
  now: Date,
): Promise<void> {
  await tx.delete(passwordResets).where(lt(passwordResets.expiresAt, now))
  const expiresAt = new Date(now.getTime() + resetLifetime)
  await tx.insert(passwordResets).values({ tokenHash, userId, createdAt: now, expiresAt })
}

/** Whose link it is, if it is valid. */
export async function findPasswordReset(db: Reader, tokenHash: string, now: Date) {
  const { username, displayName, email } = users
  const [found] = await db
    .select({ username, displayName, email })
    .from(passwordResets)
    .innerJoin(users, eq(users.id, passwordResets.userId))
    .where(
      and(eq(passwordResets.tokenHash, tokenHash), gt(passwordResets.expiresAt, now), isNull(users.closedAt)),
    )
  return found
}

/**
 * Consumes a link: sets the password, ends all sessions and revokes all tokens. Returns the account, or undefined if
 * the link was used or has expired.
 */
export async function usePasswordReset(
  tx: Writer,
  { tokenHash, passwordHash }: { tokenHash: string; passwordHash: string },
  now: Date,
): Promise<{ userId: number; email: string; language: string | null } | undefined> {
  const [used] = await tx
    .delete(passwordResets)
    .where(and(eq(passwordResets.tokenHash, tokenHash), gt(passwordResets.expiresAt, now)))
    .returning({ userId: passwordResets.userId })
  if (!used) return undefined
  // A mailed link proves the address, too.
  await useConfirmation(tx, tokenHash, now)
  const person = await setPassword(tx, used.userId, passwordHash)
  await endSessionsOf(tx, used.userId)
  await deleteKnownDevices(tx, used.userId)
  await revokeTokensOf(tx, used.userId)
  return { ...used, ...person }
}

/**
 * Sets a password and returns the person's address and language. Pending links that change the password or the address,
 * or sign in, become invalid, because an intruder may have requested them.
 */
export async function setPassword(
  tx: Writer,
  userId: number,
  passwordHash: string,
): Promise<{ email: string; language: string | null }> {
  await lockAccount(tx, userId)
  tx.invalidates(`viewer:${userId}`)
  const [changed] = await tx
    .update(users)
    .set({ passwordHash })
    .where(eq(users.id, userId))
    .returning({ email: users.email, language: users.language })
  await tx.delete(passwordResets).where(eq(passwordResets.userId, userId))
  await tx.delete(signInLinks).where(eq(signInLinks.userId, userId))
  const isOther = ne(emailConfirmations.email, changed?.email ?? '')
  await tx.delete(emailConfirmations).where(and(eq(emailConfirmations.userId, userId), isOther))
  return { email: changed?.email ?? '', language: changed?.language ?? null }
}

export const expiredResets: RetentionRule = {
  from: passwordResets,
  key: [passwordResets.id],
  where: now => lt(passwordResets.expiresAt, now),
}
