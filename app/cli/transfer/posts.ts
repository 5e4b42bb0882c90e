import { createHash } from 'node:crypto'
import type { Writer } from '../../database/database.ts'
import { resolveMentions } from '../../people/username-queries.ts'
import { addDerivedRows, removeDerivedRows } from '../../posts/derivations.ts'
import { type Entity, findEntities } from '../../text/entities.ts'
import { foldName } from '../../text/fold.ts'
import { languageOf } from '../../text/language.ts'
import {
  findByNames,
  findConflictingPosts,
  insertFreePosts,
  type NamedUser,
  type NewPost,
} from './queries.ts'
import {
  columnValues,
  type Entry,
  type Outcome,
  type PostRow,
  parseTimestamp,
  postColumns,
} from './site-format.ts'

type Resolved = { place: string; post: NewPost; mentioned: number[] }

/**
 * Publishes the posts that are not there yet, with their mentions and hashtags. A post without an id is there
 * already if an import brought the same words of the same person, of the same moment if there was one.
 */
export async function writePosts(tx: Writer, entries: Entry<PostRow>[], now: Date): Promise<Outcome> {
  const authors = await findByNames(
    tx,
    entries.map(({ row }) => foldName(row.username)),
  )
  const conflicts = entries
    .filter(({ row }) => !authors.has(foldName(row.username)))
    .map(({ place, row }) => `${place}: there is no user ${row.username}`)
  if (conflicts.length > 0) return { created: 0, present: 0, conflicts }
  const found = await resolveMentions(
    tx,
    entries.map(({ row }) => findEntities(row.body)),
  )
  const resolved: Resolved[] = []
  for (const [index, { place, row }] of entries.entries()) {
    const { entities, mentioned } = found[index] as (typeof found)[number]
    const { id: userId } = authors.get(foldName(row.username)) as NamedUser
    resolved.push({ place, mentioned, post: await newPost(row, { userId, entities, now }) })
  }
  return publish(tx, resolved)
}

async function publish(tx: Writer, resolved: Resolved[]): Promise<Outcome> {
  const present = new Set(
    (await findConflictingPosts(tx, postsOf(resolved))).flatMap(({ id, submission }) => [id, submission]),
  )
  const free = resolved.filter(({ post }) => !present.has(keyOf(post)))
  const created = free.length > 0 ? await insertFreePosts(tx, postsOf(free)) : []
  const ids = new Map(created.map(post => [keyOf(post), post.id]))
  const fresh: (Resolved & { id: number })[] = []
  const old: Resolved[] = []
  for (const one of resolved) {
    const id = ids.get(keyOf(one.post))
    if (id === undefined) old.push(one)
    else fresh.push({ ...one, id })
    // Of two rows for one post, the first was created.
    ids.delete(keyOf(one.post))
  }
  const written = fresh.map(({ id, post, mentioned }) => ({ ...post, id, mentioned }))
  // A post of this number that was deleted by hand has left its words in the index.
  await removeDerivedRows(tx, written)
  await addDerivedRows(tx, written)
  const conflicts = await conflictsOf(tx, old)
  return { created: fresh.length, present: old.length - conflicts.length, conflicts }
}

function postsOf(resolved: Resolved[]): NewPost[] {
  return resolved.map(({ post }) => post)
}

/** A row brings an id or a submission, never both. */
function keyOf({ id, submission }: { id?: number; submission?: string | null }): string | number {
  return submission ?? (id as number)
}

async function newPost(
  row: PostRow,
  { userId, entities, now }: { userId: number; entities: Entity[]; now: Date },
): Promise<NewPost> {
  const given = columnValues(row, postColumns) as Partial<NewPost>
  return {
    createdAt: now,
    ...given,
    userId,
    body: row.body,
    entities,
    language: row.language === undefined ? await languageOf(row.body, null) : row.language,
    submission: row.id ? null : digestOf(userId, row),
  }
}

/** Takes the place of the digest of a form: the unique index lets one through. */
function digestOf(userId: number, { body, created_at }: PostRow): string {
  const moment = created_at ? parseTimestamp(created_at).toISOString() : ''
  return createHash('sha256').update(`import\0${userId}\0${moment}\0${body}`).digest('base64url')
}

/** A post's number may be another post's. */
async function conflictsOf(tx: Writer, old: Resolved[]): Promise<string[]> {
  const present = new Map((await findConflictingPosts(tx, postsOf(old))).map(post => [post.id, post]))
  return old.flatMap(({ place, post }) => {
    const other = present.get(post.id ?? 0)
    const isSame = !other || (other.userId === post.userId && other.body === post.body)
    return isSame ? [] : [`${place}: id ${post.id} is another post's`]
  })
}
