import { createHash } from 'node:crypto'
import type { Writer } from '../../database/database.ts'
import { resolveMentions } from '../../people/username-queries.ts'
import { addDerivedRows, removeDerivedRows, type WrittenPost } from '../../posts/derivations.ts'
import { findEntities } from '../../text/entities.ts'
import { languageOf } from '../../text/language.ts'
import { foldName } from '../../text/normalize.ts'
import { findByNames, findConflictingPosts, insertFreePosts, type NewPost } from './queries.ts'
import { deleteEntries, gapsAmong } from './reply-queries.ts'
import {
  columnValues,
  type Entry,
  type Outcome,
  type PostRow,
  parseTimestamp,
  postColumns,
} from './site-format.ts'

type Candidate = { place: string; post: NewPost; mentioned: number[] }

/**
 * Adds the posts that do not exist yet, with their mentions and hashtags. A post without an id exists already if an
 * import brought the same text of the same author, of the same time if the row says one.
 */
export async function writePosts(tx: Writer, entries: Entry<PostRow>[], now: Date): Promise<Outcome> {
  const authors = await findByNames(
    tx,
    entries.flatMap(({ row }) => [row.username, row.answers ?? row.username].map(foldName)),
  )
  const mentions = await resolveMentions(
    tx,
    entries.map(({ row }) => findEntities(row.body)),
  )
  const conflicts: string[] = []
  const candidates: Candidate[] = []
  for (const [index, { place, row }] of entries.entries()) {
    const author = authors.get(foldName(row.username))
    if (!author) {
      conflicts.push(`${place}: there is no user ${row.username}`)
      continue
    }
    // Under a gap, this stays.
    const answered = authors.get(foldName(row.answers ?? ''))?.id ?? 0
    const answeredId = row.parent_id && answered !== author.id ? answered : null
    const { entities, mentioned } = mentions[index] as (typeof mentions)[number]
    candidates.push({
      place,
      mentioned,
      post: { ...(await newPost(row, author.id, now)), entities, answeredId },
    })
  }
  if (conflicts.length > 0) return { created: 0, present: 0, conflicts }
  const gaps = await gapsAmong(
    tx,
    candidates.flatMap(({ post }) => post.id ?? []),
  )
  const isFree = ({ post }: Candidate) => !gaps.has(post.id ?? 0)
  const outcome = await insertCandidates(tx, candidates.filter(isFree))
  const refused = candidates.filter(candidate => !isFree(candidate)).map(takenByGap)
  return { ...outcome, conflicts: [...outcome.conflicts, ...refused] }
}

/** A post that came back would change the threads that others have continued since. */
function takenByGap({ place, post }: Candidate): string {
  return `${place}: id ${post.id} is a deleted post's, of which the replies stay: leave the id out, and the row gets a free one`
}

async function newPost(row: PostRow, userId: number, now: Date): Promise<Omit<NewPost, 'entities'>> {
  const given = columnValues(row, postColumns) as Partial<NewPost>
  return {
    createdAt: now,
    ...given,
    userId,
    body: row.body,
    language: row.language === undefined ? await languageOf(row.body, null) : row.language,
    submission: row.id ? null : digestOf(userId, row),
  }
}

/** Takes the place of the digest of a form, of which the unique index lets one through. */
function digestOf(userId: number, { body, created_at, parent_id }: PostRow): string {
  const createdAt = created_at ? parseTimestamp(created_at).toISOString() : ''
  const key = ['import', userId, createdAt, body, ...(parent_id ? [parent_id] : [])].join('\0')
  return createHash('sha256').update(key).digest('base64url')
}

async function insertCandidates(tx: Writer, candidates: Candidate[]): Promise<Outcome> {
  const existing = await findConflictingPosts(tx, postsOf(candidates))
  const taken = new Set(existing.flatMap(({ id, submission }) => [id, submission]))
  const free = candidates.filter(({ post }) => !taken.has(keyOf(post)))
  const inserted = free.length > 0 ? await insertFreePosts(tx, postsOf(free)) : []
  const idOf = new Map(inserted.map(post => [keyOf(post), post.id]))
  const created: (NewPost & WrittenPost)[] = []
  const others: Candidate[] = []
  const replies: [number, string][] = []
  const wordless: [number, string][] = []
  for (const candidate of candidates) {
    const { place, post, mentioned } = candidate
    const id = idOf.get(keyOf(post))
    if (id === undefined) others.push(candidate)
    // Whom it answers is known once all posts are there.
    else
      created.push({
        ...post,
        id,
        mentioned,
        parentId: post.parentId ?? null,
        answeredId: null,
        imageCount: 0,
      })
    if (id !== undefined && post.parentId) replies.push([id, place])
    if (id !== undefined && post.body === '') wordless.push([id, place])
    // Of two rows for one post, the first was created.
    idOf.delete(keyOf(post))
  }
  tx.invalidates(
    'posts',
    ...created.flatMap(({ userId, parentId }) => [
      `author:${userId}` as const,
      ...(parentId ? [`post:${parentId}` as const] : []),
    ]),
  )
  // A post with this id that was deleted by hand has left its text in the index.
  await removeDerivedRows(tx, created)
  await addDerivedRows(tx, created)
  const conflicts = await conflictsOf(tx, others)
  return { created: created.length, present: others.length - conflicts.length, conflicts, replies, wordless }
}

function postsOf(candidates: Candidate[]): NewPost[] {
  return candidates.map(({ post }) => post)
}

/** A row brings an id or a submission, never both. */
function keyOf({ id, submission }: { id?: number; submission?: string | null }): string | number {
  return submission ?? (id as number)
}

/** Removes the posts and gaps with these ids; returns how many posts. */
export async function removeEntries(tx: Writer, ids: number[]): Promise<number> {
  let count = 0
  for (let from = 0; from < ids.length; from += 500) {
    const removed = await deleteEntries(tx, ids.slice(from, from + 500))
    await removeDerivedRows(tx, removed)
    count += removed.length
  }
  return count
}

/** The id of a row may be another post's. */
async function conflictsOf(tx: Writer, candidates: Candidate[]): Promise<string[]> {
  const existing = await findConflictingPosts(tx, postsOf(candidates))
  const byId = new Map(existing.map(post => [post.id, post]))
  return candidates.flatMap(({ place, post }) => {
    const other = byId.get(post.id ?? 0)
    const isSame = !other || (other.userId === post.userId && other.body === post.body)
    return isSame
      ? []
      : [`${place}: id ${post.id} is another post's: leave the id out, and the row gets a free one`]
  })
}
