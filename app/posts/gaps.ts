/** What stays of deleted posts in their threads: the place of those that have replies, and nothing else. */
import type { Writer } from '../database/database.ts'
import { lock } from '../database/lock.ts'
import { posts, threadGaps } from '../database/schema.ts'
import { and, inArray, isNotNull, ne, sql } from '../database/sql.ts'

/** To be selected or returned of posts that are deleted. */
export const placeInThread = {
  id: posts.id,
  parentId: posts.parentId,
  rootId: posts.rootId,
  createdAt: posts.createdAt,
}
type PlaceInThread = { id: number; parentId: number | null; rootId: number | null; createdAt: Date }

/** Serializes replies to a thread and deletions from it. */
export function lockThread(tx: Writer, rootId: number): Promise<void> {
  return lock(tx, `thread:${rootId}`)
}

/** Leaves a gap for each of the deleted posts that has replies, and removes gaps above them that have none any more. */
export async function leaveGaps(tx: Writer, deleted: PlaceInThread[]): Promise<void> {
  if (deleted.length === 0) return
  tx.invalidates(...deleted.flatMap(({ id, parentId }) => [`post:${id}`, `post:${parentId ?? id}`] as const))
  const answered = await parentsAmong(
    tx,
    deleted.map(({ id }) => id),
  )
  const gaps = deleted.filter(({ id }) => answered.has(id))
  if (gaps.length > 0) {
    await tx.insert(threadGaps).values(gaps.map(({ id, ...place }) => ({ ...place, postId: id })))
    await forgetAnswered(tx, [...answered])
  }
  const left = deleted.flatMap(({ id, parentId }) => (parentId && !answered.has(id) ? parentId : []))
  await removeEmptyGaps(tx, left)
}

/** Replies to what is deleted answer nobody known, and so do the posts with which their authors continue them. */
async function forgetAnswered(tx: Writer, deleted: number[]): Promise<void> {
  const continued = sql`
    with recursive continued(id, user_id) as (
      select ${posts.id}, ${posts.userId} from ${posts} where ${inArray(posts.parentId, deleted)}
      union all
      select answer.id, answer.user_id from continued
      join ${posts} as answer on answer.parent_id = continued.id and answer.user_id = continued.user_id)
    select id from continued`
  await tx
    .update(posts)
    .set({ answeredId: 0 })
    .where(and(sql`${posts.id} in (${continued})`, isNotNull(posts.answeredId), ne(posts.answeredId, 0)))
}

/** Those of the ids that a post or a gap stands under. */
async function parentsAmong(tx: Writer, ids: number[]): Promise<Set<number>> {
  const found = await Promise.all(
    [posts, threadGaps].map(table =>
      tx.selectDistinct({ id: table.parentId }).from(table).where(inArray(table.parentId, ids)),
    ),
  )
  return new Set(found.flat().flatMap(({ id }) => id ?? []))
}

/** Removes these gaps if nothing stands under them, then those above that are left with nothing. */
async function removeEmptyGaps(tx: Writer, ids: number[]): Promise<void> {
  let above = ids
  while (above.length > 0) {
    const answered = await parentsAmong(tx, above)
    const empty = above.filter(id => !answered.has(id))
    const removed =
      empty.length === 0
        ? []
        : await tx
            .delete(threadGaps)
            .where(inArray(threadGaps.postId, empty))
            .returning({ parentId: threadGaps.parentId })
    above = removed.flatMap(({ parentId }) => parentId ?? [])
    tx.invalidates(...above.map(id => `post:${id}` as const))
  }
}
