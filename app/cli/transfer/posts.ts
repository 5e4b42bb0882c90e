import { createHash } from 'node:crypto'
import type { Writer } from '../../database/database.ts'
import { indexPosts } from '../../search-index/indexing.ts'
import { type Entity, findEntities, foldTag, mentionedNames, tagsOf } from '../../text/entities.ts'
import { foldName } from '../../text/fold.ts'
import { languageOf } from '../../text/language.ts'
import {
  findByNames,
  findConflictingPosts,
  insertFreePosts,
  insertHashtags,
  insertMentions,
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

type People = Map<string, NamedUser>
type Resolved = { place: string; post: NewPost; mentioned: number[] }

/**
 * Publishes the posts that are not there yet, with their mentions and hashtags. A post without an id is there
 * already if an import brought the same words of the same person, of the same moment if there was one.
 */
export async function writePosts(tx: Writer, entries: Entry<PostRow>[], now: Date): Promise<Outcome> {
  const found = entries.map(({ row }) => findEntities(row.body))
  const names = entries.flatMap(({ row }, index) => [
    foldName(row.username),
    ...mentionedNames(found[index] ?? []),
  ])
  const people = await findByNames(tx, names)
  const conflicts = entries
    .filter(({ row }) => !people.has(foldName(row.username)))
    .map(({ place, row }) => `${place}: there is no user ${row.username}`)
  if (conflicts.length > 0) return { created: 0, present: 0, conflicts }
  const resolved: Resolved[] = []
  for (const [index, { place, row }] of entries.entries()) {
    const { entities, mentioned } = resolve(found[index] ?? [], people)
    resolved.push({ place, mentioned, post: await newPost(row, { people, entities, now }) })
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
  await addDerivedRows(tx, fresh)
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
  { people, entities, now }: { people: People; entities: Entity[]; now: Date },
): Promise<NewPost> {
  const userId = (people.get(foldName(row.username)) as NamedUser).id
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

/** As when a post is written: a mention is one only of an account that exists. */
function resolve(found: Entity[], people: People): { entities: Entity[]; mentioned: number[] } {
  const mentioned = mentionedNames(found).flatMap(name => people.get(name)?.id ?? [])
  const entities = found.flatMap(entity => {
    if (entity.kind !== 'mention') return [entity]
    const person = people.get(foldName(entity.href.slice(2)))
    return person ? [{ ...entity, href: `/@${person.username}` }] : []
  })
  return { entities, mentioned }
}

async function addDerivedRows(tx: Writer, fresh: (Resolved & { id: number })[]): Promise<void> {
  await insertMentions(
    tx,
    fresh.flatMap(({ id, mentioned }) => mentioned.map(userId => ({ postId: id, userId }))),
  )
  await insertHashtags(
    tx,
    fresh.flatMap(({ id, post: { entities, createdAt } }) =>
      tagsOf(entities).map(tag => ({ tag: foldTag(tag), postId: id, createdAt })),
    ),
  )
  await indexPosts(
    tx,
    fresh.map(({ id, post }) => ({ ...post, id })),
  )
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
