import type { Writer } from '../../database/database.ts'
import { foldName } from '../../text/normalize.ts'
import { findByNames, insertFollows, type NewFollow } from './queries.ts'
import { type Entry, type FollowRow, type Outcome, parseTimestamp } from './site-format.ts'

/** Adds the follows that do not exist yet. */
export async function writeFollows(tx: Writer, entries: Entry<FollowRow>[], now: Date): Promise<Outcome> {
  const names = entries.flatMap(({ row }) => [foldName(row.follower), foldName(row.followed)])
  const people = await findByNames(tx, names)
  const follows: NewFollow[] = []
  const conflicts: string[] = []
  for (const { place, row } of entries) {
    const follower = people.get(foldName(row.follower))
    const followed = people.get(foldName(row.followed))
    const createdAt = row.created_at ? parseTimestamp(row.created_at) : now
    if (!follower || !followed)
      conflicts.push(`${place}: there is no user ${follower ? row.followed : row.follower}`)
    else if (follower === followed) conflicts.push(`${place}: ${row.follower} cannot follow themselves`)
    else follows.push({ followerId: follower.id, followedId: followed.id, createdAt })
  }
  const created = follows.length > 0 ? await insertFollows(tx, follows) : 0
  return { created, present: follows.length - created, conflicts }
}
