import type { Writer } from '../../database/database.ts'
import { foldName } from '../../text/fold.ts'
import type { FollowRow } from './forms.ts'
import { type Follow, findByNames, insertFollows } from './queries.ts'
import { parseTimestamp } from './timestamps.ts'
import type { Entry, Outcome } from './users.ts'

/** Adds the follows that are not there yet. */
export async function writeFollows(tx: Writer, entries: Entry<FollowRow>[], now: Date): Promise<Outcome> {
  const names = entries.flatMap(({ row }) => [foldName(row.follower), foldName(row.followed)])
  const people = await findByNames(tx, names)
  const follows: Follow[] = []
  const conflicts: string[] = []
  for (const { place, row } of entries) {
    const [follower, followed] = [row.follower, row.followed].map(name => people.get(foldName(name)))
    const missing = follower ? row.followed : row.follower
    if (!follower || !followed) conflicts.push(`${place}: there is no user ${missing}`)
    else if (follower === followed) conflicts.push(`${place}: ${row.follower} cannot follow themselves`)
    else
      follows.push({
        followerId: follower.id,
        followedId: followed.id,
        createdAt: row.created_at ? parseTimestamp(row.created_at) : now,
      })
  }
  const created = follows.length > 0 ? await insertFollows(tx, follows) : 0
  return { created, present: follows.length - created, conflicts }
}
