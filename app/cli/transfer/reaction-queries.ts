/** What people did with posts: a table a kind, all of which are read and written alike. */
import type { Reader, Writer } from '../../database/database.ts'
import { bookmarks, likes, posts, reposts, threadGaps, threadMutes } from '../../database/schema.ts'
import { and, asc, eq, inArray, isNotNull, isNull, or, sql } from '../../database/sql.ts'
import { addEachCounted } from '../../posts/counted.ts'

const tables = {
  likes: { table: likes, post: likes.postId, order: [likes.postId, likes.userId] },
  reposts: {
    table: reposts,
    post: reposts.postId,
    order: [reposts.postId, reposts.userId],
  },
  bookmarks: { table: bookmarks, post: bookmarks.postId, order: [bookmarks.userId, bookmarks.postId] },
  mutes: { table: threadMutes, post: threadMutes.rootId, order: [threadMutes.userId, threadMutes.rootId] },
} as const
export type ReactionKind = keyof typeof tables
export type Reaction = { userId: number; postId: number; createdAt: Date }

/** A page of rows in the order of their keys, after this one. A mute of a thread of which nothing is left is left out. */
export async function reactionsAfter(
  db: Reader,
  kind: ReactionKind,
  last: Reaction | undefined,
): Promise<Reaction[]> {
  const { table, post, order } = tables[kind]
  const key: Record<string, number | undefined> = {
    post_id: last?.postId,
    root_id: last?.postId,
    user_id: last?.userId,
  }
  const place = order.map(({ name }) => key[name])
  const beyond = sql`(${sql.join([...order], sql`, `)}) > (${sql.join(place, sql`, `)})`
  return db
    .select({ userId: table.userId, postId: post, createdAt: table.createdAt })
    .from(table)
    .leftJoin(posts, eq(posts.id, post))
    .leftJoin(threadGaps, eq(threadGaps.postId, post))
    .where(and(last && beyond, or(isNotNull(posts.id), isNotNull(threadGaps.postId))))
    .orderBy(...order.map(column => asc(column)))
    .limit(1_000)
}

/** Inserts the rows that do not exist yet, and returns how many; posts count their likes and reposts. */
export async function insertReactions(tx: Writer, kind: ReactionKind, rows: Reaction[]): Promise<number> {
  const { table } = tables[kind]
  // Asked first, because an insert that conflicts uses up an id.
  const present = await presentAmong(tx, kind, rows)
  const values = rows.filter(row => !present.has(keyOf(row))).map(row => ({ ...row, rootId: row.postId }))
  if (values.length === 0) return 0
  if (kind === 'likes' || kind === 'reposts') return addEachCounted(tx, kind, values)
  tx.invalidates(...values.map(({ userId }) => `viewer:${userId}` as const))
  const created = await tx
    .insert(table as typeof bookmarks)
    .values(values)
    .onConflictDoNothing()
    .returning({ userId: table.userId as typeof bookmarks.userId })
  return created.length
}

/** The keys of rows that exist, among others of the same people and posts. */
async function presentAmong(db: Reader, kind: ReactionKind, rows: Reaction[]): Promise<Set<string>> {
  const { table, post } = tables[kind]
  const people = inArray(table.userId, [...new Set(rows.map(({ userId }) => userId))])
  const about = inArray(post, [...new Set(rows.map(({ postId }) => postId))])
  const found = await db.select({ userId: table.userId, postId: post }).from(table).where(and(people, about))
  return new Set(found.map(keyOf))
}

function keyOf({ userId, postId }: Omit<Reaction, 'createdAt'>): string {
  return `${userId} ${postId}`
}

/** Those of these ids that first posts of threads have, or the gaps of such. */
export async function rootsAmong(db: Reader, ids: number[]): Promise<Set<number>> {
  const found = await db
    .select({ id: posts.id })
    .from(posts)
    .where(and(inArray(posts.id, ids), isNull(posts.parentId)))
  const { postId, parentId } = threadGaps
  const gaps = await db
    .select({ id: postId })
    .from(threadGaps)
    .where(and(inArray(postId, ids), isNull(parentId)))
  return new Set([...found, ...gaps].map(({ id }) => id))
}
