/**
 * What one asks of a database, from the first row to the last, each as a function that is short enough to
 * be read. README.md prints them; recipes.test.ts runs them on both engines.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { createAccount } from '../../accounts/queries.ts'
import { type Database, type Reader } from '../../database/database.ts'
import { isUnavailable } from '../../database/errors.ts'
import { posts, users } from '../../database/schema.ts'
import { asc, desc, eq, gt } from '../../database/sql.ts'
import { endsWith, inByteOrder, startsWith } from '../../database/text.ts'
import { editPost, publishPost } from '../../posts/queries.ts'
import { findPerson } from '../../profiles/queries.ts'
import { hashPassword } from '../../security/passwords.ts'
import { foldName } from '../../text/fold.ts'

/** Create a user: what `returning` names comes back, the new id among it. */
export async function createUser(db: Database, username: string, email: string) {
  const keys = { usernameKey: foldName(username), emailKey: foldName(email) }
  const moments = { createdAt: new Date(), lastSeenAt: new Date() }
  const passwordHash = await hashPassword('a quiet harbour')
  return db.transaction(async tx => {
    const row = { username, email, displayName: username, passwordHash, ...keys, ...moments }
    const [user] = await tx.insert(users).values(row).returning({ id: users.id })
    return user
  })
}

/** Create a second one as the site does: a name that is taken is an answer, not an exception. */
export async function createSecondUser(db: Database, username: string, email: string) {
  const passwordHash = await hashPassword('a quiet harbour')
  const account = { username, email, passwordHash, language: null }
  return db.transaction(tx => createAccount(tx, account, new Date()))
}

/** Create a post through its author. Its mentions and hashtags are written with it, or nothing is. */
export function createPost(db: Database, username: string, body: string) {
  return db.transaction(async tx => {
    const author = await findPerson(tx, username)
    if (!author) throw new Error(`there is no user ${username}`)
    return publishPost(tx, { userId: author.id, body, language: null, submission: null }, new Date())
  })
}

/** All users, oldest first. Without `orderBy` a database may answer in any order. */
export function allUsers(db: Reader) {
  return db.select().from(users).orderBy(asc(users.id))
}

/** Loop over them. Ask only for the columns that you use. */
export async function printUsers(db: Reader) {
  const everybody = await db.select({ id: users.id, username: users.username }).from(users).orderBy(users.id)
  for (const { id, username } of everybody) console.log(id, username)
}

/** One by primary key; undefined when there is none. */
export function userById(db: Reader, id: number) {
  return db.query.users.findFirst({ where: { id } })
}

/** One by username, whatever the case: the folded key is what is unique, and what has the index. */
export function userByUsername(db: Reader, username: string) {
  return db.query.users.findFirst({ where: { usernameKey: foldName(username) } })
}

/** Those that meet a condition; a Date is compared as a Date. */
export function usersSeenSince(db: Reader, moment: Date) {
  return db.select().from(users).where(gt(users.lastSeenAt, moment)).orderBy(desc(users.lastSeenAt))
}

/** A user's posts, newest first: an empty list for a user who has none. */
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

/** Users by username, from z to a, in the same order on both engines. */
export function usersByUsernameDescending(db: Reader) {
  return db
    .select()
    .from(users)
    .orderBy(desc(inByteOrder(users.usernameKey)))
}

/** Names that begin with a text, in either case; `%` and `_` are letters like others. */
export function usersStartingWith(db: Reader, prefix: string) {
  return db
    .select()
    .from(users)
    .where(startsWith(users.usernameKey, foldName(prefix)))
    .orderBy(inByteOrder(users.usernameKey))
}

/** E-mail addresses that end in `@example.com`, by username. */
export function usersWithEmailAt(db: Reader, domain: string) {
  return db
    .select({ username: users.username, email: users.email })
    .from(users)
    .where(endsWith(users.emailKey, foldName(`@${domain}`)))
    .orderBy(inByteOrder(users.usernameKey))
}

/** Users joined to their posts: a row for each post, and none for users without. */
export function usersJoinedToPosts(db: Reader) {
  return db
    .select({ username: users.username, body: posts.body })
    .from(users)
    .innerJoin(posts, eq(posts.userId, users.id))
    .orderBy(asc(posts.id))
}

/** Change a username, and its key with it. */
export function renameUser(db: Database, id: number, username: string) {
  return db.transaction(async tx => {
    const names = { username, usernameKey: foldName(username) }
    const renamed = await tx.update(users).set(names).where(eq(users.id, id)).returning({ id: users.id })
    return renamed.length > 0
  })
}

/** Change a post through the function that knows its mentions and hashtags; false if it is not the author's. */
export function changePost(db: Database, own: { id: number; userId: number }, body: string) {
  return db.transaction(tx => editPost(tx, { ...own, body, language: null }, new Date()))
}

/** Delete a post; what refers to it goes with it. Without `where` it would be every post. */
export function removePost(db: Database, id: number) {
  return db.transaction(async tx => {
    const deleted = await tx.delete(posts).where(eq(posts.id, id)).returning({ id: posts.id })
    return deleted.length > 0
  })
}

/** Delete a user, with posts or without: the foreign keys say `on delete cascade`. */
export function removeUser(db: Database, id: number) {
  return db.transaction(async tx => {
    const deleted = await tx.delete(users).where(eq(users.id, id)).returning({ id: users.id })
    return deleted.length > 0
  })
}

/** Nested loops over one statement, however many users there are. */
export async function linesOfEverybody(db: Reader) {
  const withPosts = { posts: { columns: { body: true }, orderBy: { id: 'asc' } } } as const
  const everybody = await db.query.users.findMany({ with: withPosts, orderBy: { id: 'asc' } })
  return everybody.flatMap(user => user.posts.map(post => `${user.username}: ${post.body}`))
}

/** The same with a statement for each user: ten thousand users, ten thousand and one statements. Avoid it. */
export async function linesOfEverybodySlowly(db: Reader) {
  const lines: string[] = []
  for (const { id, username } of await allUsers(db)) {
    const own = await postsOf(db, id)
    lines.push(...own.toReversed().map(({ body }) => `${username}: ${body}`))
  }
  return lines
}

/** A transaction that throws leaves nothing of what it did. */
export function changeYourMind(db: Database) {
  return db.transaction(async tx => {
    await tx.delete(users)
    throw new Error('changed my mind')
  })
}

/** Read, then write what follows from it: correct however many do it at once, because it is a transaction. */
export function addToAbout(db: Database, id: number, words: string) {
  return db.transaction(async tx => {
    const [user] = await tx.select({ about: users.about }).from(users).where(eq(users.id, id))
    if (user)
      await tx
        .update(users)
        .set({ about: user.about + words })
        .where(eq(users.id, id))
  })
}

/** Ask again while the database restarts: its pool connects anew by itself, so nothing has to be opened. */
export async function countUsersPatiently(db: Database, deadline: Date) {
  for (;;) {
    try {
      return await db.$count(users)
    } catch (error) {
      if (!isUnavailable(error) || new Date() > deadline) throw error
      await delay(100)
    }
  }
}

/** A user as anybody may see them: a list of what goes out, so that a column added later stays in. */
export async function userAsJson(db: Reader, id: number) {
  const columns = { id: true, username: true, displayName: true, about: true, createdAt: true } as const
  return JSON.stringify(await db.query.users.findFirst({ where: { id }, columns }))
}
