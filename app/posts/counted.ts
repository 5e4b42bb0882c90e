/**
 * Likes and reposts: rows of people about a post, which counts them. The number, and then the notification of the post's
 * author, change in the transaction of the row, after it, and only if the row was really written or deleted. The lock on
 * the post's row keeps notifications of it in that order.
 */
import type { CacheTag } from '../database/cache-tags.ts'
import type { Writer } from '../database/database.ts'
import { likes, posts, reposts } from '../database/schema.ts'
import { and, eq, inArray, sql } from '../database/sql.ts'
import { withdraw } from '../notifications/groups.ts'
import { notify } from '../notifications/queries.ts'

const counted = {
  likes: { kind: 'like', table: likes, name: 'likeCount', count: posts.likeCount },
  reposts: { kind: 'repost', table: reposts, name: 'repostCount', count: posts.repostCount },
} as const
export type Counted = keyof typeof counted

/** Both change how the post shows; a repost stands in a list of who reposted, too. */
function tagsOf(of: Counted, userId: number, postIds: number[]): CacheTag[] {
  const tags = postIds.map((id): CacheTag => `post:${id}`)
  return of === 'reposts' ? [...tags, `author:${userId}`] : tags
}

/** What the viewer may do with a post, and what its author is told: the same word. */
export function kindOf(of: Counted) {
  return counted[of].kind
}

/** Posts of one statement. */
const chunk = 100

/** Returns whether the row is new. */
export async function addCounted(
  tx: Writer,
  of: Counted,
  { userId, postId }: { userId: number; postId: number },
): Promise<boolean> {
  tx.invalidates(...tagsOf(of, userId, [postId]))
  const { table, kind } = counted[of]
  const added = await tx
    .insert(table)
    .values({ postId, userId, createdAt: new Date() })
    .onConflictDoNothing()
    .returning({ id: table.postId })
  for (const { authorId } of await add(tx, of, added, 1))
    await notify(tx, { userId: authorId, kind, about: postId, actorId: userId })
  return added.length > 0
}

/** Adds rows of any people about any posts, none of which is there, and returns how many. */
export async function addEachCounted(
  tx: Writer,
  of: Counted,
  rows: { userId: number; postId: number; createdAt: Date }[],
): Promise<number> {
  const { table } = counted[of]
  const added = await tx
    .insert(table)
    .values(rows)
    .onConflictDoNothing()
    .returning({ id: table.postId, userId: table.userId })
  tx.invalidates(...added.flatMap(({ id, userId }) => tagsOf(of, userId, [id])))
  const times = new Map<number, number>()
  for (const { id } of added) times.set(id, (times.get(id) ?? 0) + 1)
  for (const [count, some] of Map.groupBy(times, ([, count]) => count))
    await add(
      tx,
      of,
      some.map(([id]) => ({ id })),
      count,
    )
  return added.length
}

/** Removes one person's rows about these posts, and returns the posts that had one. */
export async function removeCounted(
  tx: Writer,
  of: Counted,
  { userId, postIds }: { userId: number; postIds: number[] },
): Promise<number[]> {
  const { table, kind } = counted[of]
  const removed: { id: number }[] = []
  for (let from = 0; from < postIds.length; from += chunk) {
    const some = postIds.slice(from, from + chunk)
    tx.invalidates(...tagsOf(of, userId, some))
    const isTheirs = and(eq(table.userId, userId), inArray(table.postId, some))
    const deleted = await tx.delete(table).where(isTheirs).returning({ id: table.postId })
    const counting = await add(tx, of, deleted, -1)
    await withdraw(tx, { kind, posts: counting, actorId: userId })
    removed.push(...deleted)
  }
  return removed.map(({ id }) => id)
}

/** Removes one person's rows about the posts of another, and returns the posts. */
export async function removeCountedOn(
  tx: Writer,
  of: Counted,
  { userId, authorId }: { userId: number; authorId: number },
): Promise<number[]> {
  const { table } = counted[of]
  const rows = await tx
    .select({ id: posts.id })
    .from(table)
    .innerJoin(posts, eq(posts.id, table.postId))
    .where(and(eq(table.userId, userId), eq(posts.userId, authorId)))
    .orderBy(posts.id)
  return removeCounted(tx, of, { userId, postIds: rows.map(({ id }) => id) })
}

/** Removes some of a person's rows, at most `chunk`, and returns their posts. */
export async function removeCountedOf(tx: Writer, of: Counted, userId: number): Promise<number[]> {
  const { table } = counted[of]
  const rows = await tx
    .select({ id: table.postId })
    .from(table)
    .where(eq(table.userId, userId))
    .orderBy(table.postId)
    .limit(chunk)
  return removeCounted(tx, of, { userId, postIds: rows.map(({ id }) => id) })
}

/** Returns the posts, with their authors. */
async function add(tx: Writer, of: Counted, rows: { id: number }[], difference: number) {
  if (rows.length === 0) return []
  const { name, count } = counted[of]
  const ids = rows.map(({ id }) => id)
  return tx
    .update(posts)
    .set({ [name]: sql`${count} + ${difference}` })
    .where(inArray(posts.id, ids))
    .returning({ id: posts.id, authorId: posts.userId })
}
