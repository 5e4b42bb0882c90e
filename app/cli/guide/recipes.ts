/**
 * The usual queries and changes, each as a short function. recipes.test.ts runs them on both engines, and
 * app/database/README.md prints some of them.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { createAccount } from '../../accounts/queries.ts'
import type { Database, Reader, Writer } from '../../database/database.ts'
import { isUnavailable } from '../../database/errors.ts'
import { posts, users } from '../../database/schema.ts'
import { asc, desc, eq, gt } from '../../database/sql.ts'
import { endsWith, inByteOrder, startsWith } from '../../database/text.ts'
import { editPost, publishPost } from '../../posts/queries.ts'
import { hashPassword } from '../../security/passwords.ts'
import { foldName } from '../../text/normalize.ts'

type NewUser = { username: string; email: string; password: string }

/** Create a user, as signing up does; returns the id. */
export async function createUser(tx: Writer, { username, email, password }: NewUser) {
  const passwordHash = await hashPassword(password)
  const created = await createAccount(tx, { username, email, passwordHash, language: null }, new Date())
  if ('taken' in created) throw new Error(`the ${created.taken} is taken`)
  return created
}

/** Create a post of a user, with its mentions and hashtags; returns the id. */
export function createPost(tx: Writer, { author, body }: { author: { id: number }; body: string }) {
  return publishPost(tx, { userId: author.id, body, language: null, submission: null }, new Date())
}

/** All users, oldest first. Without `orderBy` the order is undefined. */
export function allUsers(db: Reader) {
  return db.select().from(users).orderBy(asc(users.id))
}

/** Loop over users. Select only the columns that you use. */
export async function printUsers(db: Reader) {
  const rows = await db.select({ id: users.id, username: users.username }).from(users).orderBy(users.id)
  for (const { id, username } of rows) console.log(id, username)
}

/** One user by primary key; undefined if there is none. */
export function userById(db: Reader, id: number) {
  return db.query.users.findFirst({ where: { id } })
}

/** One user by username, in any case: the folded key is unique and indexed. */
export function userByUsername(db: Reader, username: string) {
  return db.query.users.findFirst({ where: { usernameKey: foldName(username) } })
}

/** Users by a condition; a time is a Date. */
export function usersSeenSince(db: Reader, since: Date) {
  return db.select().from(users).where(gt(users.lastSeenAt, since)).orderBy(desc(users.lastSeenAt))
}

/** A user's posts, newest first; an empty array if there are none. */
export function postsOf(db: Reader, userId: number) {
  const newest = [desc(posts.createdAt), desc(posts.id)]
  return db
    .select()
    .from(posts)
    .where(eq(posts.userId, userId))
    .orderBy(...newest)
}

/** All posts, each with its author, in one statement. */
export function postsWithAuthors(db: Reader) {
  const author = { columns: { id: true, username: true } } as const
  return db.query.posts.findMany({ with: { author }, orderBy: { createdAt: 'desc', id: 'desc' } })
}

/** Users by username, descending, in the same order on both engines. */
export function usersByUsernameDescending(db: Reader) {
  return db
    .select()
    .from(users)
    .orderBy(desc(inByteOrder(users.usernameKey)))
}

/** Users whose name starts with a prefix, in any case; `%` and `_` are no wildcards. */
export function usersStartingWith(db: Reader, prefix: string) {
  return db
    .select()
    .from(users)
    .where(startsWith(users.usernameKey, foldName(prefix)))
    .orderBy(inByteOrder(users.usernameKey))
}

/** Users whose email address ends in `@example.com`. */
export function usersWithEmailAt(db: Reader, domain: string) {
  return db
    .select({ username: users.username, email: users.email })
    .from(users)
    .where(endsWith(users.emailKey, foldName(`@${domain}`)))
    .orderBy(inByteOrder(users.usernameKey))
}

/** A join: one row for each post, none for users without posts. */
export function usersJoinedToPosts(db: Reader) {
  return db
    .select({ username: users.username, body: posts.body })
    .from(users)
    .innerJoin(posts, eq(posts.userId, users.id))
    .orderBy(asc(posts.id))
}

/** Change a username and its key. */
export function renameUser(db: Database, id: number, username: string) {
  return db.transaction(async tx => {
    const names = { username, usernameKey: foldName(username) }
    const renamed = await tx.update(users).set(names).where(eq(users.id, id)).returning({ id: users.id })
    return renamed.length > 0
  })
}

/** Change a post with its mentions and hashtags; false if it belongs to another user. */
export function changePost(db: Database, own: { id: number; userId: number }, body: string) {
  return db.transaction(tx => editPost(tx, { ...own, body, language: null }, new Date()))
}

/** Delete a post and the rows that refer to it. Without `where` it would delete all posts. */
export function removePost(db: Database, id: number) {
  return db.transaction(async tx => {
    const deleted = await tx.delete(posts).where(eq(posts.id, id)).returning({ id: posts.id })
    return deleted.length > 0
  })
}

/** Delete a user and their posts: the foreign keys are `on delete cascade`. */
export function removeUser(db: Database, id: number) {
  return db.transaction(async tx => {
    const deleted = await tx.delete(users).where(eq(users.id, id)).returning({ id: users.id })
    return deleted.length > 0
  })
}

/** Users and their posts in one statement, however many there are. */
export async function listPostLines(db: Reader) {
  const withPosts = { posts: { columns: { body: true }, orderBy: { id: 'asc' } } } as const
  const rows = await db.query.users.findMany({ with: withPosts, orderBy: { id: 'asc' } })
  return rows.flatMap(user => user.posts.map(post => `${user.username}: ${post.body}`))
}

/** The same with one more statement per user ("N+1"). Avoid it. */
export async function listPostLinesWithNPlusOne(db: Reader) {
  const lines: string[] = []
  for (const { id, username } of await allUsers(db)) {
    const own = await postsOf(db, id)
    lines.push(...own.toReversed().map(({ body }) => `${username}: ${body}`))
  }
  return lines
}

/** A transaction that throws changes nothing. */
export function rollBackOnError(db: Database) {
  return db.transaction(async tx => {
    await tx.delete(users)
    throw new Error('changed my mind')
  })
}

/** Read, then write: concurrent calls lose nothing, because it is a transaction. */
export function appendToAbout(db: Database, id: number, text: string) {
  return db.transaction(async tx => {
    const [user] = await tx.select({ about: users.about }).from(users).where(eq(users.id, id))
    if (user)
      await tx
        .update(users)
        .set({ about: user.about + text })
        .where(eq(users.id, id))
  })
}

/** Retry while the database server restarts; the pool reconnects by itself. */
export async function countUsersWithRetry(db: Database, deadline: Date) {
  for (;;) {
    try {
      return await db.$count(users)
    } catch (error) {
      if (!isUnavailable(error) || new Date() > deadline) throw error
      await delay(100)
    }
  }
}

/** A user as public JSON: the columns are listed, so that one added later stays private. */
export async function userAsJson(db: Reader, id: number) {
  const columns = { id: true, username: true, displayName: true, about: true, createdAt: true } as const
  return JSON.stringify(await db.query.users.findFirst({ where: { id }, columns }))
}
