/** Where imported replies stand in their threads: computed from what each answers, once all of them are there. */
import type { Reader, Writer } from '../../database/database.ts'
import { posts, threadGaps } from '../../database/schema.ts'
import { and, asc, eq, gte, inArray, isNotNull, isNull, lte, type SQL, sql } from '../../database/sql.ts'
import { indexedColumns, indexPostsAgain } from '../../search-index/indexing.ts'

export type NewGap = typeof threadGaps.$inferInsert

/** Posts, and the gaps that deleted ones left, which have no author. */
const entries = sql`(
  select id, parent_id, root_id, user_id, answered_id from ${posts}
  union all select post_id, parent_id, root_id, 0, 0 from ${threadGaps})`

const isUnplaced = (entry: SQL) => sql`${entry}.parent_id is not null and ${entry}.root_id is null`

/** An author who continues their own post answers whom that answers. What stands under a gap keeps what its row said. */
const answered = (above: SQL) =>
  sql`case when child.user_id = ${above}.user_id then ${above}.answered_id
    when ${above}.user_id = 0 then child.answered_id else ${above}.user_id end`

/** The root and the answered person of each entry that has none yet, from those on that stand under a placed one. */
const placed = sql`(
  with recursive place(id, root_id, user_id, answered_id) as (
    select child.id, coalesce(parent.root_id, parent.id), child.user_id, ${answered(sql`parent`)}
    from ${entries} as child join ${entries} as parent on parent.id = child.parent_id
    where ${isUnplaced(sql`child`)} and (parent.parent_id is null or parent.root_id is not null)
    union all
    select child.id, place.root_id, child.user_id, ${answered(sql`place`)}
    from place join ${entries} as child on child.parent_id = place.id
    where child.root_id is null)
  select id, root_id, answered_id from place) as placed`

/** Places the posts and gaps that say what they answer and have no root yet, and lets replies be found by whom they answer. */
export async function placeReplies(tx: Writer): Promise<void> {
  const ids = await unplacedIds(tx)
  const rootId = sql`placed.root_id`
  await tx
    .update(posts)
    .set({ rootId, answeredId: sql`placed.answered_id` })
    .from(placed)
    .where(eq(posts.id, sql`placed.id`))
  await tx.update(threadGaps).set({ rootId }).from(placed).where(eq(threadGaps.postId, sql`placed.id`))
  if (ids) await indexReplies(tx, ids)
}

type IdRange = { first: number; last: number }

async function unplacedIds(db: Reader): Promise<IdRange | null> {
  const first = sql<string | number | null>`min(${posts.id})`
  const last = sql<string | number | null>`max(${posts.id})`
  const isReply = and(isNotNull(posts.parentId), isNull(posts.rootId))
  const [range] = await db.select({ first, last }).from(posts).where(isReply)
  return range?.first ? { first: Number(range.first), last: Number(range.last) } : null
}

/** Lets posts be found by the pictures that they have now. */
export async function indexPictured(tx: Writer, ids: number[]): Promise<void> {
  await indexPostsAgain(tx, await tx.select(indexedColumns).from(posts).where(inArray(posts.id, ids)))
}

/** The replies among these ids, few others among them, a chunk a statement. */
async function indexReplies(tx: Writer, { first, last }: IdRange): Promise<void> {
  const { id, parentId } = posts
  for (let from = first; from <= last; ) {
    const some = await tx
      .select(indexedColumns)
      .from(posts)
      .where(and(isNotNull(parentId), gte(id, from), lte(id, last)))
      .orderBy(asc(id))
      .limit(500)
    await indexPostsAgain(tx, some)
    from = (some.at(-1)?.id ?? last) + 1
  }
}

export type Unplaced = { id: number; parentId: number; hasParent: boolean }

/** What could not be placed: it answers what is not there, or itself, by way of others, or a reply that does. */
export async function findUnplaced(db: Reader): Promise<Unplaced[]> {
  const parents = sql`(select count(*) from ${entries} as parent where parent.id = entry.parent_id)`
  return db
    .select({
      id: sql`entry.id`.mapWith(Number),
      parentId: sql`entry.parent_id`.mapWith(Number),
      hasParent: parents.mapWith(count => Number(count) > 0),
    })
    .from(sql`${entries} as entry`)
    .where(isUnplaced(sql`entry`))
    .orderBy(sql`entry.id`)
}

/** Deletes the posts and gaps with these ids, and returns the posts among them. */
export async function deleteEntries(tx: Writer, ids: number[]): Promise<{ id: number; createdAt: Date }[]> {
  await tx.delete(threadGaps).where(inArray(threadGaps.postId, ids))
  const { id, createdAt } = posts
  return tx.delete(posts).where(inArray(id, ids)).returning({ id, createdAt })
}

/** Inserts the gaps that are no posts and not there yet; returns their ids. */
export async function insertGaps(tx: Writer, rows: NewGap[]): Promise<number[]> {
  const created = await tx
    .insert(threadGaps)
    .values(rows)
    .onConflictDoNothing()
    .returning({ id: threadGaps.postId })
  return created.map(({ id }) => id)
}

/** Those of these ids that posts have. */
export async function postsAmong(db: Reader, ids: number[]): Promise<Set<number>> {
  const found = await db.select({ id: posts.id }).from(posts).where(inArray(posts.id, ids))
  return new Set(found.map(({ id }) => id))
}

/** Those of these ids that deleted posts had. */
export async function gapsAmong(db: Reader, ids: number[]): Promise<Set<number>> {
  if (ids.length === 0) return new Set()
  const { postId } = threadGaps
  const found = await db.select({ postId }).from(threadGaps).where(inArray(postId, ids))
  return new Set(found.map(({ postId }) => postId))
}

/** A page of gaps in the order of their ids, after this one. */
export async function gapsAfter(db: Reader, id: number) {
  const { postId } = threadGaps
  return db.select().from(threadGaps).where(sql`${postId} > ${id}`).orderBy(postId).limit(1_000)
}
