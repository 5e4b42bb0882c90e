import type { Writer } from '../../database/database.ts'
import { foldName } from '../../text/normalize.ts'
import { findByNames } from './queries.ts'
import { insertReactions, type Reaction, type ReactionKind, rootsAmong } from './reaction-queries.ts'
import { postsAmong } from './reply-queries.ts'
import { type Entry, type Outcome, parseTimestamp, type ReactionRow } from './site-format.ts'

/** Adds the likes, or whatever else people did with posts, that do not exist yet. */
export function writerOf(kind: ReactionKind) {
  return async (tx: Writer, entries: Entry<ReactionRow>[], now: Date): Promise<Outcome> => {
    const people = await findByNames(
      tx,
      entries.map(({ row }) => foldName(row.username)),
    )
    const ids = [...new Set(entries.map(({ row }) => row.post_id))]
    const there = await (kind === 'mutes' ? rootsAmong : postsAmong)(tx, ids)
    const rows: Reaction[] = []
    const conflicts: string[] = []
    for (const { place, row } of entries) {
      const person = people.get(foldName(row.username))
      const createdAt = row.created_at ? parseTimestamp(row.created_at) : now
      if (!person) conflicts.push(`${place}: there is no user ${row.username}`)
      else if (there.has(row.post_id)) rows.push({ userId: person.id, postId: row.post_id, createdAt })
      else
        conflicts.push(
          `${place}: there is no ${kind === 'mutes' ? 'thread that begins with post' : 'post'} ${row.post_id}`,
        )
    }
    if (conflicts.length > 0 || rows.length === 0) return { created: 0, present: 0, conflicts }
    const created = await insertReactions(tx, kind, rows)
    return { created, present: rows.length - created, conflicts }
  }
}
