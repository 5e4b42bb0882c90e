/** How a username changes: the ones that a person had before stay theirs. */
import type { Reader, Writer } from '../database/database.ts'
import { formerUsernames, users } from '../database/schema.ts'
import { and, eq } from '../database/sql.ts'
import { indexPerson } from '../search-index/indexing.ts'
import { foldName } from '../text/fold.ts'

/** Whether a folded username is kept for somebody who had it before, other than this person. */
export async function isReserved(db: Reader, usernameKey: string, userId = 0): Promise<boolean> {
  const [former] = await db
    .select({ userId: formerUsernames.userId })
    .from(formerUsernames)
    .where(eq(formerUsernames.usernameKey, usernameKey))
  return former !== undefined && former.userId !== userId
}

/**
 * Holds a folded username until the end of the transaction, and leaves nothing behind. On PostgreSQL, somebody
 * who gives the name up at the same moment writes the same row, which this transaction cannot see: the
 * conflict makes it run again, and then `isReserved` knows.
 */
export async function reserveUsername(tx: Writer, usernameKey: string, userId: number): Promise<void> {
  await tx
    .insert(formerUsernames)
    .values({ usernameKey, userId, createdAt: new Date() })
    .onConflictDoNothing()
  await tx
    .delete(formerUsernames)
    .where(and(eq(formerUsernames.usernameKey, usernameKey), eq(formerUsernames.userId, userId)))
}

/**
 * Gives somebody another username and keeps the one before for them; false if the name is somebody else's.
 * A display name that was the username stays it. Of two who want one name at the same moment, one gets it.
 */
export async function renameAccount(
  tx: Writer,
  { id, username }: { id: number; username: string },
  now: Date,
): Promise<boolean> {
  const usernameKey = foldName(username)
  const before = await namesOf(tx, id)
  if (!before) return false
  if (before.usernameKey !== usernameKey) {
    if (await isTaken(tx, usernameKey, id)) return false
    await reserveUsername(tx, usernameKey, id)
    await tx
      .insert(formerUsernames)
      .values({ usernameKey: before.usernameKey, userId: id, createdAt: now })
      .onConflictDoNothing()
  }
  const displayName = before.displayName === before.username ? username : before.displayName
  tx.invalidates(`person:${id}`, `viewer:${id}`)
  await tx.update(users).set({ username, usernameKey, displayName }).where(eq(users.id, id))
  await indexPerson(tx, id)
  return true
}

async function namesOf(db: Reader, id: number) {
  const { username, usernameKey, displayName } = users
  const [found] = await db.select({ username, usernameKey, displayName }).from(users).where(eq(users.id, id))
  return found
}

async function isTaken(db: Reader, usernameKey: string, userId: number): Promise<boolean> {
  const [namesake] = await db.select({ id: users.id }).from(users).where(eq(users.usernameKey, usernameKey))
  return namesake !== undefined || isReserved(db, usernameKey, userId)
}
