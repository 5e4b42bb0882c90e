/**
 * Links that undo a changed address or password. They go to the address that the account had before the change, so
 * that its owner gets it back from an intruder who knows the password.
 */
import type { Reader, Writer } from '../database/database.ts'
import type { RetentionRule } from '../database/retention.ts'
import { accountRecoveries, users } from '../database/schema.ts'
import { and, eq, gt, gte, isNull, lt } from '../database/sql.ts'
import { createPasswordReset, setPassword } from '../passwords/queries.ts'
import { hashToken, newToken } from '../security/tokens.ts'
import { deleteKnownDevices } from '../sessions/known-device-queries.ts'
import { endSessionsOf } from '../sessions/queries.ts'
import { foldName } from '../text/normalize.ts'
import { revokeTokensOf } from '../tokens/queries.ts'
import { isEmailTaken } from './email-queries.ts'
import { unprovenEmailKey } from './queries.ts'

/** Milliseconds for which a change can be undone. */
const recoveryLifetime = 7 * 86_400_000

/** `email` is the address before the change, and `changedAt` a time as ISO 8601. */
export type AccountChange = { userId: number; email: string; changedAt: string }

/** Records a change; no link leads to it before its mail is sent. */
export async function recordChange(
  tx: Writer,
  change: { userId: number; email: string },
  now: Date,
): Promise<AccountChange> {
  const recorded = { ...change, changedAt: now.toISOString() }
  await addRecovery(tx, recorded, newToken())
  return recorded
}

/** Adds a link to a change, and returns its token; null if the change, or an earlier one, was undone. */
export async function createRecovery(tx: Writer, change: AccountChange): Promise<string | null> {
  const { userId, email, changedAt } = change
  const { id, createdAt } = accountRecoveries
  const isIt = and(
    eq(accountRecoveries.userId, userId),
    eq(accountRecoveries.email, email),
    eq(createdAt, new Date(changedAt)),
  )
  const [recorded] = await tx.select({ id }).from(accountRecoveries).where(isIt).limit(1)
  if (!recorded) return null
  const token = newToken()
  await addRecovery(tx, change, token)
  return token
}

async function addRecovery(tx: Writer, change: AccountChange, token: string): Promise<void> {
  const { userId, email, changedAt } = change
  const createdAt = new Date(changedAt)
  const expiresAt = new Date(createdAt.getTime() + recoveryLifetime)
  await tx
    .insert(accountRecoveries)
    .values({ tokenHash: hashToken(token), userId, email, createdAt, expiresAt })
}

/** The account of a valid link, and the address that it goes back to. */
export async function findRecovery(db: Reader, tokenHash: string, now: Date) {
  const { userId, email, createdAt } = accountRecoveries
  const [found] = await db
    .select({ userId, username: users.username, email, changedAt: createdAt, current: users.email })
    .from(accountRecoveries)
    .innerJoin(users, eq(users.id, userId))
    .where(
      and(
        eq(accountRecoveries.tokenHash, tokenHash),
        gt(accountRecoveries.expiresAt, now),
        isNull(users.closedAt),
      ),
    )
  return found
}

type Recovery = { tokenHash: string; passwordHash: string; resetHash: string }

/**
 * Undoes a change and all later ones: the address comes back, the password becomes `passwordHash`, which is unknown,
 * and no session, token or link made with the old one works. An address that another account has by now is only
 * claimed. `resetHash` is of a link that sets a new password. False if the link was used or has expired.
 */
export async function useRecovery(
  tx: Writer,
  { tokenHash, passwordHash, resetHash }: Recovery,
  now: Date,
): Promise<boolean> {
  const found = await findRecovery(tx, tokenHash, now)
  if (!found) return false
  const { userId, email, changedAt } = found
  const isLater = gte(accountRecoveries.createdAt, changedAt)
  await tx.delete(accountRecoveries).where(and(eq(accountRecoveries.userId, userId), isLater))
  tx.invalidates(`viewer:${userId}`)
  // The intruder's address goes in any case, or it would get the account's mails.
  const address = (await isEmailTaken(tx, email, userId))
    ? { email, emailKey: unprovenEmailKey(email), emailConfirmedAt: null }
    : { email, emailKey: foldName(email), emailConfirmedAt: now }
  await tx.update(users).set(address).where(eq(users.id, userId))
  await setPassword(tx, userId, passwordHash)
  await endSessionsOf(tx, userId)
  await deleteKnownDevices(tx, userId)
  await revokeTokensOf(tx, userId)
  await createPasswordReset(tx, { tokenHash: resetHash, userId }, now)
  return true
}

export const expiredRecoveries: RetentionRule = {
  from: accountRecoveries,
  key: [accountRecoveries.id],
  where: now => lt(accountRecoveries.expiresAt, now),
}
