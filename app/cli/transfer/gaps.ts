import type { Writer } from '../../database/database.ts'
import { insertGaps, postsAmong } from './reply-queries.ts'
import { type Entry, type GapRow, type Outcome, parseTimestamp } from './site-format.ts'

/** Adds the places of deleted posts that have replies, where there is none yet. */
export async function writeGaps(tx: Writer, entries: Entry<GapRow>[]): Promise<Outcome> {
  const ids = entries.map(({ row }) => row.id)
  const there = await postsAmong(tx, ids)
  const conflicts = entries.flatMap(({ place, row }) =>
    there.has(row.id) ? [`${place}: id ${row.id} is a post that was not deleted`] : [],
  )
  if (conflicts.length > 0) return { created: 0, present: 0, conflicts }
  const gaps = entries.map(({ row }) => ({
    postId: row.id,
    parentId: row.parent_id ?? null,
    createdAt: parseTimestamp(row.created_at),
  }))
  const created = new Set(await insertGaps(tx, gaps))
  const replies = entries.flatMap(({ place, row }): [number, string][] =>
    row.parent_id && created.has(row.id) ? [[row.id, place]] : [],
  )
  return { created: created.size, present: gaps.length - created.size, conflicts, replies }
}
