/** Confirmations of an account's e-mail address, or of the one that it is changing to. */
import type { Reader, Writer } from '../database/database.ts'
import type { RetentionRule } from '../database/retention.ts'
import { emailConfirmations, passwordResets, signInLinks, users } from '../database/schema.ts'
import { and, desc, eq, gt, isNull, lt, ne } from '../database/sql.ts'
import { startsWith } from '../database/text.ts'
import type { RateLimit } from '../limits/queries.ts'
import { foldName } from '../text/normalize.ts'

/**
 * For each account, and for each address that is to be proven. Not the limit of forgotten passwords: a stranger who
 * names an address would use up what its owner has.
 */
export const proofLimit: RateLimit = { name: 'email-proof', burst: 5, every: 600_000 }

/** Milliseconds that a link is valid. */
export const confirmationLifetime = 3 * 24 * 3_600_000

const reachable = {
  id: users.id,
  username: users.username,
  email: users.email,
  language: users.language,
  emailKey: users.emailKey,
}

/** Adds a link. Earlier links stay valid, because mails may arrive twice, or late. */
export async function createConfirmation(
  tx: Writer,
  confirmation: { tokenHash: string; userId: number; email: string },
  now: Date,
): Promise<void> {
  await tx.delete(emailConfirmations).where(lt(emailConfirmations.expiresAt, now))
  const expiresAt = new Date(now.getTime() + confirmationLifetime)
  await tx.insert(emailConfirmations).values({ ...confirmation, createdAt: now, expiresAt })
}

/** The account and the address of a valid link. */
export async function findConfirmation(db: Reader, tokenHash: string, now: Date) {
  const { email } = emailConfirmations
  const [found] = await db
    .select({ userId: users.id, username: users.username, email, before: users.email })
    .from(emailConfirmations)
    .innerJoin(users, eq(users.id, emailConfirmations.userId))
    .where(and(isUsable(tokenHash, now), isNull(users.closedAt)))
  return found
}

type Named = { id: number; username: string; email: string; language: string | null }
export type Changed = { before: Named; email: string }

/**
 * Consumes a link and confirms its address as the account's. Undefined if the link was used or has expired; `taken`
 * if another account has the address; the account as it was if its address has changed.
 */
export async function useConfirmation(
  tx: Writer,
  tokenHash: string,
  now: Date,
): Promise<'confirmed' | 'taken' | Changed | undefined> {
  const [used] = await tx
    .delete(emailConfirmations)
    .where(isUsable(tokenHash, now))
    .returning({ userId: emailConfirmations.userId, email: emailConfirmations.email })
  if (!used) return undefined
  const { userId, email } = used
  if (await isEmailTaken(tx, email, userId)) return 'taken'
  await tx.delete(emailConfirmations).where(eq(emailConfirmations.userId, userId))
  // Links sent to the old address, which set a password or sign in, become invalid.
  await tx.delete(passwordResets).where(eq(passwordResets.userId, userId))
  await tx.delete(signInLinks).where(eq(signInLinks.userId, userId))
  const [before] = await tx.select(reachable).from(users).where(eq(users.id, userId))
  const confirmed = { email, emailKey: foldName(email), emailConfirmedAt: now }
  tx.invalidates(`viewer:${userId}`)
  await tx.update(users).set(confirmed).where(eq(users.id, userId))
  // An address that was only named may be a stranger's.
  const isChange = before && before.email !== email && before.emailKey === foldName(before.email)
  return isChange ? { before, email } : 'confirmed'
}

/** Whether another account has the address. */
export async function isEmailTaken(db: Reader, email: string, userId: number): Promise<boolean> {
  const isOthers = and(eq(users.emailKey, foldName(email)), ne(users.id, userId))
  const found = await db.select({ id: users.id }).from(users).where(isOthers)
  return found.length > 0
}

/** The open account with this address. */
export async function findByEmail(db: Reader, email: string) {
  const hasIt = and(eq(users.emailKey, foldName(email)), isNull(users.closedAt))
  const [found] = await db.select(reachable).from(users).where(hasIt)
  return found
}

/** Open accounts that named this address and have not proven it, the newest first; at most five. */
export async function findUnproven(db: Reader, email: string) {
  const named = and(startsWith(users.emailKey, `${foldName(email)} `), isNull(users.closedAt))
  return db.select(reachable).from(users).where(named).orderBy(desc(users.id)).limit(5)
}

function isUsable(tokenHash: string, now: Date) {
  return and(eq(emailConfirmations.tokenHash, tokenHash), gt(emailConfirmations.expiresAt, now))
}

export const expiredConfirmations: RetentionRule = {
  from: emailConfirmations,
  key: [emailConfirmations.id],
  where: now => lt(emailConfirmations.expiresAt, now),
}
