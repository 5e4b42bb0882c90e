import type { Writer } from '../../database/database.ts'
import { resolveMentions } from '../../people/username-queries.ts'
import { findEntities } from '../../text/entities.ts'
import { languageOf } from '../../text/language.ts'
import { postsAmong } from './reply-queries.ts'
import { type Entry, type Outcome, parseTimestamp, type VersionRow } from './site-format.ts'
import { insertVersions, type NewVersion, versionsAmong } from './version-queries.ts'

/** Adds the earlier versions of posts that are not there yet: the same words of the same post at the same time. */
export async function writeVersions(tx: Writer, entries: Entry<VersionRow>[]): Promise<Outcome> {
  const ids = [...new Set(entries.map(({ row }) => row.post_id))]
  const there = await postsAmong(tx, ids)
  const conflicts = entries.flatMap(({ place, row }) =>
    there.has(row.post_id) ? [] : [`${place}: there is no post ${row.post_id}`],
  )
  if (conflicts.length > 0) return { created: 0, present: 0, conflicts }
  const times = entries.map(({ row }) => parseTimestamp(row.created_at))
  const known = new Set((await versionsAmong(tx, ids, times)).map(keyOf))
  const texts = await resolveMentions(
    tx,
    entries.map(({ row }) => findEntities(row.body)),
  )
  const created: NewVersion[] = []
  for (const [index, { row }] of entries.entries()) {
    const { entities } = texts[index] as (typeof texts)[number]
    const version = await newVersion(row, entities)
    if (!known.has(keyOf(version))) created.push(version)
    known.add(keyOf(version))
  }
  if (created.length > 0) await insertVersions(tx, created)
  return { created: created.length, present: entries.length - created.length, conflicts }
}

async function newVersion(row: VersionRow, entities: NewVersion['entities']): Promise<NewVersion> {
  return {
    postId: row.post_id,
    body: row.body,
    entities,
    language: row.language === undefined ? await languageOf(row.body, null) : row.language,
    contentWarning: row.content_warning ?? null,
    createdAt: parseTimestamp(row.created_at),
  }
}

function keyOf({ postId, body, createdAt }: Pick<NewVersion, 'postId' | 'body' | 'createdAt'>): string {
  return [postId, createdAt.getTime(), body].join('\0')
}
