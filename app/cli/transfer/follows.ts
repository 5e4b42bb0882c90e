/** Follows and blocks: what stands between two people. */
import { block } from '../../blocks/queries.ts'
import type { Writer } from '../../database/database.ts'
import { foldName } from '../../text/normalize.ts'
import { findBlocks, findByNames, insertFollows, type NewFollow } from './queries.ts'
import { type BlockRow, type Entry, type FollowRow, type Outcome, parseTimestamp } from './site-format.ts'

/** Adds the follows that do not exist yet. */
export async function writeFollows(tx: Writer, entries: Entry<FollowRow>[], now: Date): Promise<Outcome> {
  const named = entries.map(({ place, row }) => ({
    place,
    row,
    names: [row.follower, row.followed] as Names,
  }))
  const { pairs, conflicts } = await pairsOf(tx, named, 'follow')
  const blocked = await blockedAmong(tx, pairs)
  const follows: NewFollow[] = []
  for (const { place, row, ids, names } of pairs) {
    const [followerId, followedId] = ids
    const createdAt = row.created_at ? parseTimestamp(row.created_at) : now
    if (blocked.has(keyOf(ids)) || blocked.has(keyOf(ids.toReversed())))
      conflicts.push(`${place}: one of ${names.join(' and ')} has blocked the other`)
    else follows.push({ followerId, followedId, createdAt, repostsShown: row.reposts_shown ?? true })
  }
  const created = follows.length > 0 ? await insertFollows(tx, follows) : 0
  return { created, present: follows.length - created, conflicts }
}

/** Adds the blocks that do not exist yet, as the people themselves would have blocked each other. */
export async function writeBlocks(tx: Writer, entries: Entry<BlockRow>[], now: Date): Promise<Outcome> {
  const named = entries.map(({ place, row }) => ({ place, row, names: [row.blocker, row.blocked] as Names }))
  const { pairs, conflicts } = await pairsOf(tx, named, 'block')
  const known = await blockedAmong(tx, pairs)
  let created = 0
  for (const { row, ids } of pairs) {
    if (known.has(keyOf(ids))) continue
    await block(tx, ...ids, row.created_at ? parseTimestamp(row.created_at) : now)
    known.add(keyOf(ids))
    created++
  }
  return { created, present: pairs.length - created, conflicts }
}

type Names = [string, string]
type Ids = [number, number]
type Named<Row> = { place: string; row: Row; names: Names }

/** The ids of both people of each row. */
async function pairsOf<Row>(tx: Writer, rows: Named<Row>[], verb: string) {
  const people = await findByNames(
    tx,
    rows.flatMap(({ names }) => names.map(foldName)),
  )
  const conflicts: string[] = []
  const pairs: (Named<Row> & { ids: Ids })[] = []
  for (const row of rows) {
    const { place, names } = row
    const [one, other] = names.map(name => people.get(foldName(name))?.id)
    if (!one || !other) conflicts.push(`${place}: there is no user ${names[one ? 1 : 0]}`)
    else if (one === other) conflicts.push(`${place}: ${names[0]} cannot ${verb} themselves`)
    else pairs.push({ ...row, ids: [one, other] })
  }
  return { pairs, conflicts }
}

/** The blocks among the people of these pairs, as keys. */
async function blockedAmong(tx: Writer, pairs: { ids: Ids }[]): Promise<Set<string>> {
  const ids = [...new Set(pairs.flatMap(({ ids }) => ids))]
  const found = ids.length > 0 ? await findBlocks(tx, ids) : []
  return new Set(found.map(({ blockerId, blockedId }) => keyOf([blockerId, blockedId])))
}

function keyOf([one, other]: number[]): string {
  return `${one} ${other}`
}
