/**
 * What other tables hold of a post. This list alone writes and removes it, whether a post is published, edited,
 * imported or deleted, or all of it is rebuilt.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Writer } from '../database/database.ts'
import { hashtags, mentions, posts } from '../database/schema.ts'
import { eq, inArray } from '../database/sql.ts'
import { mentionedPeople, resolveMentions } from '../people/username-queries.ts'
import { type IndexedPost, indexPosts, type PostKey, removePosts } from '../search-index/indexing.ts'
import { refreshEntities, tagsOf } from '../text/entities.ts'
import { foldName } from '../text/normalize.ts'

/** A post as it was written, and the people whom it mentions. */
export type WrittenPost = IndexedPost & { mentioned: number[] }

type Derivation = {
  /** Adds the rows of posts that have none yet. */
  add(tx: Writer, posts: WrittenPost[]): Promise<void>
  remove(tx: Writer, keys: PostKey[]): Promise<void>
}

const mentionRows: Derivation = {
  async add(tx, posts) {
    const rows = posts.flatMap(({ id, mentioned }) => mentioned.map(userId => ({ postId: id, userId })))
    for (const some of chunksOf(rows)) await tx.insert(mentions).values(some)
  },
  async remove(tx, keys) {
    for (const ids of chunksOf(idsOf(keys))) await tx.delete(mentions).where(inArray(mentions.postId, ids))
  },
}

const hashtagRows: Derivation = {
  async add(tx, posts) {
    const rows = posts.flatMap(({ id, entities, createdAt }) =>
      tagsOf(entities).map(tag => ({ tag, postId: id, createdAt })),
    )
    tx.invalidates(...rows.map(({ tag }) => `tag:${tag}` as const))
    for (const some of chunksOf(rows)) await tx.insert(hashtags).values(some)
  },
  async remove(tx, keys) {
    tx.invalidates(...keys.map(({ id }) => `post:${id}` as const))
    for (const ids of chunksOf(idsOf(keys))) await tx.delete(hashtags).where(inArray(hashtags.postId, ids))
  },
}

const derivations: Derivation[] = [mentionRows, hashtagRows, { add: indexPosts, remove: removePosts }]

/** Writes what is derived from new posts. */
export async function addDerivedRows(tx: Writer, posts: WrittenPost[]): Promise<void> {
  for (const { add } of derivations) await add(tx, posts)
}

/** Removes what is derived from posts. */
export async function removeDerivedRows(tx: Writer, keys: PostKey[]): Promise<void> {
  for (const { remove } of derivations) await remove(tx, keys)
}

/** Writes again what is derived from posts as they are stored, and their entities as this version finds them. */
export async function rebuildDerivedRows(tx: Writer, stored: IndexedPost[]): Promise<void> {
  const refreshed = await withoutStrangers(
    tx,
    stored.map(post => ({ ...post, entities: refreshEntities(post) })),
  )
  for (const [index, { id, entities }] of refreshed.entries())
    if (!isDeepStrictEqual(entities, stored[index]?.entities))
      await tx.update(posts).set({ entities }).where(eq(posts.id, id))
  const resolved = await resolveMentions(
    tx,
    refreshed.map(({ entities }) => entities),
  )
  await removeDerivedRows(tx, refreshed)
  await addDerivedRows(
    tx,
    refreshed.map((post, index) => ({ ...post, mentioned: resolved[index]?.mentioned ?? [] })),
  )
}

/**
 * Without mentions that never were of the person who has the name: older versions gave the names of deleted accounts to
 * others at once. Such a mention has no row, and the account is newer than the post.
 */
async function withoutStrangers(tx: Writer, stored: IndexedPost[]): Promise<IndexedPost[]> {
  const people = await mentionedPeople(
    tx,
    stored.map(({ entities }) => entities),
  )
  const isOf = inArray(mentions.postId, idsOf(stored))
  const rows = stored.length > 0 ? await tx.select().from(mentions).where(isOf) : []
  const known = new Set(rows.map(({ postId, userId }) => `${postId}:${userId}`))
  return stored.map(post => {
    const entities = post.entities.filter(({ kind, href }) => {
      const person = kind === 'mention' ? people.get(foldName(href.slice(2))) : undefined
      return !person || person.createdAt <= post.createdAt || known.has(`${post.id}:${person.id}`)
    })
    return { ...post, entities }
  })
}

function idsOf(keys: PostKey[]): number[] {
  return keys.map(({ id }) => id)
}

/** Statements have a limit of parameters. */
function* chunksOf<Row>(rows: Row[]): Generator<Row[]> {
  for (let at = 0; at < rows.length; at += 5_000) yield rows.slice(at, at + 5_000)
}
