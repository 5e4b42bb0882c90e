/** Usernames can change; former ones stay reserved for their owner. */
import type { Reader, Writer } from '../database/database.ts'
import { formerUsernames, users } from '../database/schema.ts'
import { and, eq } from '../database/sql.ts'
import { indexPerson } from '../search-index/indexing.ts'
import { foldName } from '../text/normalize.ts'

/** Whether a folded username is reserved for a former owner other than this person. */
export async function isReserved(db: Reader, usernameKey: string, userId = 0): Promise<boolean> {
  const [former] = await db
    .select({ userId: formerUsernames.userId })
    .from(formerUsernames)
    .where(eq(formerUsernames.usernameKey, usernameKey))
  return former !== undefined && former.userId !== userId
}

/**
 * Locks a folded username until the end of the transaction, without leaving a row. On PostgreSQL, a simultaneous
 * rename away from the name writes the same row, invisible to this transaction: the conflict makes it run again, and
 * then `isReserved` sees the row.
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
 * Changes a username and reserves the former one; false if the name is taken. A display name that equals the username
 * changes with it.
 */
export async function renameAccount(
  tx: Writer,
  { id, username }: { id: number; username: string },
  now: Date,
): Promise<boolean> {
  const usernameKey = foldName(username)
  const names = { username: users.username, usernameKey: users.usernameKey, displayName: users.displayName }
  const [before] = await tx.select(names).from(users).where(eq(users.id, id))
  if (!before) return false
  if (before.usernameKey !== usernameKey) {
    const [namesake] = await tx.select({ id: users.id }).from(users).where(eq(users.usernameKey, usernameKey))
    if (namesake || (await isReserved(tx, usernameKey, id))) return false
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
