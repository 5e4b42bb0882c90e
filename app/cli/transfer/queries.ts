/** What an import asks of the database and writes to it, many rows a statement. */
import type { Reader, Writer } from '../../database/database.ts'
import { follows, formerUsernames, hashtags, mentions, posts, users } from '../../database/schema.ts'
import { inArray, or } from '../../database/sql.ts'
import { indexPeople } from '../../search-index/indexing.ts'

export type NewUser = typeof users.$inferInsert
export type NewPost = typeof posts.$inferInsert
export type Follow = typeof follows.$inferInsert

/** Inserts those whose id, username and e-mail address are all free; returns their folded usernames. */
export async function insertFreeUsers(tx: Writer, rows: NewUser[]): Promise<string[]> {
  const { username, displayName } = users
  const created = await tx
    .insert(users)
    .values(rows)
    .onConflictDoNothing()
    .returning({ id: users.id, username, displayName, key: users.usernameKey })
  await indexPeople(tx, created)
  return created.map(({ key }) => key)
}

export type PresentUser = typeof users.$inferSelect

/** Everybody who has an id, a folded username or a folded e-mail address of one of the rows. */
export async function usersInTheWay(db: Reader, rows: NewUser[]): Promise<PresentUser[]> {
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

/** Those of the folded usernames that somebody had before: they are nobody else's. */
export async function formerNames(db: Reader, keys: string[]): Promise<Set<string>> {
  const { usernameKey } = formerUsernames
  const found = await db.select({ usernameKey }).from(formerUsernames).where(inArray(usernameKey, keys))
  return new Set(found.map(({ usernameKey }) => usernameKey))
}

export type Named = { id: number; username: string; usernameKey: string }

/** The accounts of folded usernames, of which there may be thousands. */
export async function findByNames(db: Reader, keys: Iterable<string>): Promise<Map<string, Named>> {
  const found = new Map<string, Named>()
  const columns = { id: users.id, username: users.username, usernameKey: users.usernameKey }
  for (const chunk of chunksOf([...new Set(keys)], 5_000)) {
    const people = await db.select(columns).from(users).where(inArray(users.usernameKey, chunk))
    for (const person of people) found.set(person.usernameKey, person)
  }
  return found
}

/** Inserts those whose id and submission are free; returns which they were. */
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

export type PresentPost = { id: number; userId: number; body: string; submission: string | null }

/** The posts that have an id or a submission of one of the rows. */
export async function postsInTheWay(db: Reader, rows: NewPost[]): Promise<PresentPost[]> {
  const { id, userId, body, submission } = posts
  const columns = { id, userId, body, submission }
  const ids = rows.flatMap(row => row.id ?? [])
  const submissions = rows.flatMap(row => row.submission ?? [])
  const found = ids.length > 0 ? await db.select(columns).from(posts).where(inArray(id, ids)) : []
  if (submissions.length === 0) return found
  return [...found, ...(await db.select(columns).from(posts).where(inArray(submission, submissions)))]
}

export async function insertMentions(tx: Writer, rows: (typeof mentions.$inferInsert)[]): Promise<void> {
  for (const chunk of chunksOf(rows, 5_000)) await tx.insert(mentions).values(chunk)
}

export async function insertHashtags(tx: Writer, rows: (typeof hashtags.$inferInsert)[]): Promise<void> {
  for (const chunk of chunksOf(rows, 5_000)) await tx.insert(hashtags).values(chunk)
}

/** Follows that are not there yet; returns how many. */
export async function insertFollows(tx: Writer, rows: Follow[]): Promise<number> {
  const created = await tx
    .insert(follows)
    .values(rows)
    .onConflictDoNothing()
    .returning({ id: follows.followerId })
  return created.length
}

/** Statements have a limit of parameters. */
function* chunksOf<T>(rows: T[], size: number): Generator<T[]> {
  for (let at = 0; at < rows.length; at += size) yield rows.slice(at, at + size)
}
