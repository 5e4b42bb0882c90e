/** What exports read, and what imports read and write, many rows a statement. */
import type { Reader, Writer } from '../../database/database.ts'
import { blocks, follows, formerUsernames, posts, users } from '../../database/schema.ts'
import { and, asc, gt, inArray, or, sql } from '../../database/sql.ts'
import { indexPeople } from '../../search-index/indexing.ts'
import { postColumns, userColumns } from './site-format.ts'

const pageSize = 1_000

/** A page of users in the order of their ids, after this one. */
export async function usersAfter(db: Reader, id: number) {
  const columns = { ...userColumns, emailKey: users.emailKey }
  return db.select(columns).from(users).where(gt(users.id, id)).orderBy(asc(users.id)).limit(pageSize)
}

/** A page of posts in the order of their ids, after this one. */
export async function postsAfter(db: Reader, id: number) {
  const columns = { ...postColumns, answeredId: posts.answeredId }
  return db.select(columns).from(posts).where(gt(posts.id, id)).orderBy(asc(posts.id)).limit(pageSize)
}

type Follow = typeof follows.$inferSelect

/** A page of follows in the order of their keys, after this one. */
export async function followsAfter(
  db: Reader,
  last: Pick<Follow, 'followerId' | 'followedId'>,
): Promise<Follow[]> {
  const { followerId, followedId } = follows
  return db
    .select()
    .from(follows)
    .where(sql`(${followerId}, ${followedId}) > (${last.followerId}, ${last.followedId})`)
    .orderBy(asc(followerId), asc(followedId))
    .limit(pageSize)
}

type Block = typeof blocks.$inferSelect

/** A page of blocks in the order of their keys, after this one. */
export async function blocksAfter(
  db: Reader,
  last: Pick<Block, 'blockerId' | 'blockedId'>,
): Promise<Block[]> {
  const { blockerId, blockedId } = blocks
  return db
    .select()
    .from(blocks)
    .where(sql`(${blockerId}, ${blockedId}) > (${last.blockerId}, ${last.blockedId})`)
    .orderBy(asc(blockerId), asc(blockedId))
    .limit(pageSize)
}

/** The blocks between these people. */
export async function findBlocks(db: Reader, ids: number[]): Promise<Block[]> {
  const { blockerId, blockedId } = blocks
  return db
    .select()
    .from(blocks)
    .where(and(inArray(blockerId, ids), inArray(blockedId, ids)))
}

export async function findUsernames(db: Reader, ids: number[]): Promise<Map<number, string>> {
  const columns = { id: users.id, username: users.username }
  const found = await db
    .select(columns)
    .from(users)
    .where(inArray(users.id, [...new Set(ids)]))
  return new Map(found.map(({ id, username }) => [id, username]))
}

export type NewUser = typeof users.$inferInsert
export type NewPost = typeof posts.$inferInsert & { createdAt: Date }
export type NewFollow = typeof follows.$inferInsert

/** Inserts the accounts whose id, username and email address are all free; returns their folded usernames. */
export async function insertFreeUsers(tx: Writer, rows: NewUser[]): Promise<string[]> {
  const { username, displayName } = users
  const created = await tx
    .insert(users)
    .values(rows)
    .onConflictDoNothing()
    .returning({ id: users.id, username, displayName, key: users.usernameKey })
  tx.invalidates(...created.map(({ id }) => `person:${id}` as const))
  await indexPeople(tx, created)
  return created.map(({ key }) => key)
}

export type User = typeof users.$inferSelect

/** The accounts that have an id, a folded username or a folded email address of one of the rows. */
export async function findConflictingUsers(db: Reader, rows: NewUser[]): Promise<User[]> {
  const ids = rows.flatMap(({ id }) => id ?? [])
  const usernameKeys = rows.map(({ usernameKey }) => usernameKey)
  const emailKeys = rows.map(({ emailKey }) => emailKey)
  const same = [inArray(users.usernameKey, usernameKeys), inArray(users.emailKey, emailKeys)]
  // An empty list is the constant false, beside which SQLite uses none of the indexes.
  if (ids.length > 0) same.push(inArray(users.id, ids))
  return db
    .select()
    .from(users)
    .where(or(...same))
}

/** The folded usernames of these that an account had before, and that stay reserved for it. */
export async function findFormerUsernames(db: Reader, keys: string[]): Promise<Set<string>> {
  const { usernameKey } = formerUsernames
  const found = await db.select({ usernameKey }).from(formerUsernames).where(inArray(usernameKey, keys))
  return new Set(found.map(({ usernameKey }) => usernameKey))
}

/** The accounts with these folded usernames, by the folded username. */
export async function findByNames(db: Reader, keys: string[]) {
  const { id, usernameKey } = users
  const found = await db
    .select({ id, usernameKey })
    .from(users)
    .where(inArray(usernameKey, [...new Set(keys)]))
  return new Map(found.map(user => [user.usernameKey, user]))
}

/** Inserts the posts whose id and submission are free, and returns these. */
export async function insertFreePosts(
  tx: Writer,
  rows: NewPost[],
): Promise<{ id: number; submission: string | null }[]> {
  return tx
    .insert(posts)
    .values(rows)
    .onConflictDoNothing()
    .returning({ id: posts.id, submission: posts.submission })
}

type ExistingPost = { id: number; userId: number; body: string; submission: string | null }

/** The posts that have an id or a submission of one of the rows. */
export async function findConflictingPosts(db: Reader, rows: NewPost[]): Promise<ExistingPost[]> {
  const { id, userId, body, submission } = posts
  const columns = { id, userId, body, submission }
  const ids = rows.flatMap(row => row.id ?? [])
  const submissions = rows.flatMap(row => row.submission ?? [])
  const found = ids.length > 0 ? await db.select(columns).from(posts).where(inArray(id, ids)) : []
  if (submissions.length === 0) return found
  return [...found, ...(await db.select(columns).from(posts).where(inArray(submission, submissions)))]
}

/** Inserts the follows that do not exist yet; returns how many. */
export async function insertFollows(tx: Writer, rows: NewFollow[]): Promise<number> {
  const people = rows.flatMap(({ followerId, followedId }) => [followerId, followedId])
  tx.invalidates(...people.flatMap(id => [`viewer:${id}`, `follows:${id}`] as const))
  const created = await tx
    .insert(follows)
    .values(rows)
    .onConflictDoNothing()
    .returning({ id: follows.followerId })
  return created.length
}
