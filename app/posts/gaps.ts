/** What stays of deleted posts in their threads: the place of those that have replies, and nothing else. */
import type { Writer } from '../database/database.ts'
import { lock } from '../database/lock.ts'
import { posts, threadGaps } from '../database/schema.ts'
import { inArray } from '../database/sql.ts'
import { deleteMutesOf } from '../mutes/queries.ts'

/** To be selected or returned of posts that are deleted. */
export const placeInThread = {
  id: posts.id,
  parentId: posts.parentId,
  rootId: posts.rootId,
  createdAt: posts.createdAt,
  quotedId: posts.quotedId,
}
type PlaceInThread = {
  id: number
  parentId: number | null
  rootId: number | null
  createdAt: Date
  /** What the post quotes: its quotes are counted. */
  quotedId: number | null
}

/** Serializes replies to a thread and deletions from it. */
export function lockThread(tx: Writer, rootId: number): Promise<void> {
  return lock(tx, `thread:${rootId}`)
}

/** Leaves a gap for each of the deleted posts that has replies, and removes gaps above them that have none any more. */
export async function leaveGaps(tx: Writer, deleted: PlaceInThread[]): Promise<void> {
  if (deleted.length === 0) return
  tx.invalidates(
    ...deleted.flatMap(
      ({ id, parentId, quotedId }) =>
        [`post:${id}`, `post:${parentId ?? id}`, `post:${quotedId ?? id}`] as const,
    ),
  )
  const gaps = await gapsAmong(tx, deleted)
  if (gaps.size > 0)
    await tx.insert(threadGaps).values(
      [...gaps.values()].map(({ id: postId, parentId, rootId, createdAt }) => ({
        postId,
        parentId,
        rootId,
        createdAt,
      })),
    )
  const gone = deleted.filter(({ id }) => !gaps.has(id))
  await deleteMutesOf(tx, rootsAmong(gone))
  await removeEmptyGaps(
    tx,
    gone.flatMap(({ parentId }) => parentId ?? []),
  )
}

function rootsAmong(places: Pick<PlaceInThread, 'id' | 'rootId'>[]): number[] {
  return places.flatMap(({ id, rootId }) => (rootId === null ? id : []))
}

/** Those of the deleted posts that have replies, or that one of these answers. */
async function gapsAmong(tx: Writer, deleted: PlaceInThread[]): Promise<Map<number, PlaceInThread>> {
  const places = new Map(deleted.map(place => [place.id, place]))
  const gaps = new Map<number, PlaceInThread>()
  const answered = [...(await parentsAmong(tx, [...places.keys()]))]
  for (let id = answered.pop(); id !== undefined; id = answered.pop()) {
    const place = places.get(id)
    if (!place || gaps.has(id)) continue
    gaps.set(id, place)
    if (place.parentId !== null) answered.push(place.parentId)
  }
  return gaps
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
        : await tx.delete(threadGaps).where(inArray(threadGaps.postId, empty)).returning({
            id: threadGaps.postId,
            parentId: threadGaps.parentId,
            rootId: threadGaps.rootId,
          })
    await deleteMutesOf(tx, rootsAmong(removed))
    above = removed.flatMap(({ parentId }) => parentId ?? [])
    tx.invalidates(...above.map(id => `post:${id}` as const))
  }
}
