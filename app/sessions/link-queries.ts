/** Mailed links that sign in once: the way in for an owner whose account is under attack. */
import type { Reader, Writer } from '../database/database.ts'
import type { RetentionRule } from '../database/retention.ts'
import { signInLinks, users } from '../database/schema.ts'
import { and, eq, gt, isNull, lt } from '../database/sql.ts'
import type { RateLimit } from '../limits/queries.ts'

/** For each name or address, and for each network. */
export const signInLinkLimit: RateLimit = { name: 'sign-in-link', burst: 5, every: 600_000 }

/** Milliseconds that a link is valid: longer than the limit's pause, so that an attacker cannot use all of them up. */
const linkLifetime = 15 * 60_000

/** Adds a link. Earlier links stay valid, because mails may arrive twice, or late. */
export async function createSignInLink(
  tx: Writer,
  { tokenHash, userId }: { tokenHash: string; userId: number },
  now: Date,
): Promise<void> {
  const expiresAt = new Date(now.getTime() + linkLifetime)
  await tx.insert(signInLinks).values({ tokenHash, userId, createdAt: now, expiresAt })
}

/** Whose link it is, if it is valid. */
export async function findSignInLink(db: Reader, tokenHash: string, now: Date) {
  const { username, passwordHash } = users
  const isValid = and(eq(signInLinks.tokenHash, tokenHash), gt(signInLinks.expiresAt, now))
  const [found] = await db
    .select({ id: users.id, username, passwordHash })
    .from(signInLinks)
    .innerJoin(users, eq(users.id, signInLinks.userId))
    .where(and(isValid, isNull(users.closedAt)))
  return found
}

/** Consumes a link; false if it was used meanwhile. */
export async function consumeSignInLink(tx: Writer, tokenHash: string): Promise<boolean> {
  const used = await tx
    .delete(signInLinks)
    .where(eq(signInLinks.tokenHash, tokenHash))
    .returning({ id: signInLinks.id })
  return used.length > 0
}

export const expiredSignInLinks: RetentionRule = {
  from: signInLinks,
  key: [signInLinks.id],
  where: now => lt(signInLinks.expiresAt, now),
}
