/** Accounts are closed at once and then deleted in chunks. */
import type { Reader, Writer } from '../database/database.ts'
import {
  accountRecoveries,
  apiTokens,
  conversations,
  emailConfirmations,
  follows,
  jobs,
  knownDevices,
  passwordResets,
  posts,
  sessions,
  signInLinks,
  users,
} from '../database/schema.ts'
import { and, eq, isNull, sql } from '../database/sql.ts'
import { enqueue } from '../jobs/queue.ts'
import { deleteRateLimits } from '../limits/queries.ts'
import { tagsOfToldBy } from '../notifications/queries.ts'
import { removePerson } from '../search-index/indexing.ts'
import { deleteChunk } from './deletion-queries.ts'
import { retireUsernames } from './username-queries.ts'

declare module '../jobs/queue.ts' {
  interface Jobs {
    /** The finished job's userId is cleared. */
    'accounts.delete': { userId?: number }
  }
}

/** The tables of links that were mailed to their owner. */
const mailedLinks = [passwordResets, emailConfirmations, accountRecoveries, signInLinks] as const

export type AccountSize = { posts: number; followers: number; following: number; conversations: number }

const countOf = (from: unknown) => sql`(select count(*) from ${from})`.mapWith(Number)

/** Counts of what is deleted with an account. */
export async function measureAccount(db: Reader, id: number): Promise<AccountSize> {
  const { firstId, secondId } = conversations
  const [found] = await db
    .select({
      posts: countOf(sql`${posts} where ${posts.userId} = ${id}`),
      followers: countOf(sql`${follows} where ${follows.followedId} = ${id}`),
      following: countOf(sql`${follows} where ${follows.followerId} = ${id}`),
      conversations: countOf(sql`${conversations} where ${firstId} = ${id} or ${secondId} = ${id}`),
    })
    .from(users)
    .where(eq(users.id, id))
  return found ?? { posts: 0, followers: 0, following: 0, conversations: 0 }
}

/** Closes an account: it cannot be used, and it and its posts are hidden. A job deletes everything. */
export async function closeAccount(tx: Writer, id: number, now: Date): Promise<void> {
  const closed = await tx
    .update(users)
    .set({ closedAt: now, avatar: null, banner: null })
    .where(and(eq(users.id, id), isNull(users.closedAt)))
    .returning({ id: users.id })
  if (closed.length === 0) return
  for (const keys of [sessions, apiTokens, knownDevices, ...mailedLinks])
    await tx.delete(keys).where(eq(keys.userId, id))
  const told = await tagsOfToldBy(tx, id)
  tx.invalidates('posts', `person:${id}`, `author:${id}`, `viewer:${id}`, ...told)
  await removePerson(tx, id)
  // Without an owner, because the job would be deleted with the account while it runs.
  await enqueue(tx, { name: 'accounts.delete', input: { userId: id }, uniqueKey: jobKey(id) })
}

function jobKey(userId: number): string {
  return `accounts.delete:${userId}`
}

/** Deletes the account and its remaining rows. */
export async function deleteAccount(tx: Writer, id: number): Promise<void> {
  while (await deleteChunk(tx, id));
  await removePerson(tx, id)
  await deleteRateLimits(tx, id)
  await retireUsernames(tx, id, new Date())
  tx.invalidates(`person:${id}`)
  await tx.delete(users).where(eq(users.id, id))
  await tx.delete(jobs).where(and(eq(jobs.uniqueKey, jobKey(id)), eq(jobs.state, 'waiting')))
}
