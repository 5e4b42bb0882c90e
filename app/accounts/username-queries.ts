/** Usernames can change; former ones rest for a year, those of deleted accounts for 90 days. */
import type { Reader, Writer } from '../database/database.ts'
import { lock } from '../database/lock.ts'
import { daysBefore, type RetentionRule } from '../database/retention.ts'
import { formerUsernames, retiredUsernames, users } from '../database/schema.ts'
import { and, eq, lt, ne } from '../database/sql.ts'
import { digestOf } from '../limits/limits.ts'
import type { RateLimit } from '../limits/queries.ts'
import { indexPerson } from '../search-index/indexing.ts'
import { foldName } from '../text/normalize.ts'
import { leadMentions } from './mention-queries.ts'

/** Days for which a former username leads to its owner, and can be had by them alone. */
const formerDays = 365
/** Days for which the names of a deleted account lead nowhere. */
const retiredDays = 90

/** For each person. */
export const renameLimit: RateLimit = { name: 'rename', burst: 3, every: 10 * 86_400_000 }

/** Whether a folded username rests: it belonged to another person than this one, or to a deleted account. */
export async function isResting(db: Reader, usernameKey: string, userId = 0): Promise<boolean> {
  const isOthers = and(eq(formerUsernames.usernameKey, usernameKey), ne(formerUsernames.userId, userId))
  const isRetired = eq(retiredUsernames.usernameDigest, digestOf(usernameKey))
  const resting = await db
    .select({ key: formerUsernames.usernameKey })
    .from(formerUsernames)
    .where(isOthers)
    .unionAll(db.select({ key: retiredUsernames.usernameDigest }).from(retiredUsernames).where(isRetired))
  return resting.length > 0
}

/** Lets one transaction at a time decide who has a folded username, or whether it rests. */
export async function lockUsernames(tx: Writer, ...usernameKeys: string[]): Promise<void> {
  // In one order, so that two transactions do not wait for each other.
  for (const key of usernameKeys.toSorted()) await lock(tx, `username:${digestOf(key)}`)
}

/** Lets the names of an account that is deleted rest. */
export async function retireUsernames(tx: Writer, userId: number, now: Date): Promise<void> {
  const former = tx
    .select({ key: formerUsernames.usernameKey })
    .from(formerUsernames)
    .where(eq(formerUsernames.userId, userId))
  const names = await tx
    .select({ key: users.usernameKey })
    .from(users)
    .where(eq(users.id, userId))
    .unionAll(former)
  if (names.length === 0) return
  const keys = names.map(({ key }) => key)
  await lockUsernames(tx, ...keys)
  const freeAt = new Date(now.getTime() + retiredDays * 86_400_000)
  const retired = keys.map(key => ({ usernameDigest: digestOf(key), freeAt }))
  await tx.insert(retiredUsernames).values(retired).onConflictDoNothing()
}

/**
 * Changes a username and lets the former one rest; false if the name is taken. A display name that equals the username
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
    await lockUsernames(tx, usernameKey, before.usernameKey)
    const [namesake] = await tx.select({ id: users.id }).from(users).where(eq(users.usernameKey, usernameKey))
    if (namesake || (await isResting(tx, usernameKey, id))) return false
    await tx.delete(formerUsernames).where(eq(formerUsernames.usernameKey, usernameKey))
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

/** The names are free once no old mention would lead to their next owner. */
export const restedUsernames: RetentionRule = {
  from: formerUsernames,
  key: [formerUsernames.usernameKey],
  where: now => lt(formerUsernames.createdAt, daysBefore(now, formerDays)),
  async before(step, now) {
    const names = await step.transaction(tx =>
      tx
        .select({ key: formerUsernames.usernameKey, username: users.username })
        .from(formerUsernames)
        .innerJoin(users, eq(users.id, formerUsernames.userId))
        .where(lt(formerUsernames.createdAt, daysBefore(now, formerDays))),
    )
    const owners = new Map(names.map(({ key, username }) => [key, username]))
    await leadMentions(step, owners.size, name => owners.get(name))
  },
}

/** The same of deleted accounts, whose mentions lead nowhere. */
export const freedUsernames: RetentionRule = {
  from: retiredUsernames,
  key: [retiredUsernames.usernameDigest],
  where: now => lt(retiredUsernames.freeAt, now),
  async before(step, now) {
    const names = await step.transaction(tx =>
      tx
        .select({ digest: retiredUsernames.usernameDigest })
        .from(retiredUsernames)
        .where(lt(retiredUsernames.freeAt, now)),
    )
    const digests = new Set(names.map(({ digest }) => digest))
    await leadMentions(step, digests.size, name => (digests.has(digestOf(name)) ? null : undefined))
  },
}
