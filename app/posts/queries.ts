import { prepared, type Reader, type Writer } from '../database/database.ts'
import { hashtags, mentions, posts } from '../database/schema.ts'
import { and, eq, sql } from '../database/sql.ts'
import { notifyEach } from '../notifications/queries.ts'
import { findByUsernames } from '../people/username-queries.ts'
import type { AnyViewer } from '../people/visibility.ts'
import type { IndexedPost } from '../search-index/entries.ts'
import { indexPosts, removePosts } from '../search-index/indexing.ts'
import { type Entity, findEntities, mentionedNames, tagsOf } from '../text/entities.ts'
import { foldName } from '../text/fold.ts'
import { deleteTranslations } from '../translations/queries.ts'
import { asPosts, type Post, selectPosts } from './post.ts'

export type Draft = { userId: number; body: string; language: string | null; submission: string | null }
type Edit = { id: number; userId: number; body: string; language: string | null }

const postOfId = asPosts(prepared('post', db => selectPosts(db, eq(posts.id, sql.placeholder('id')))))

/** A post, if the viewer sees it. */
export async function findPost(db: Reader, id: number, viewer: AnyViewer): Promise<Post | undefined> {
  return (await postOfId(db, { id, viewer }))[0]
}

/** Publishes a post with its mentions and hashtags, and returns its id; the same submission publishes once. */
export async function publishPost(tx: Writer, { submission, ...draft }: Draft, now: Date): Promise<number> {
  const { entities, mentioned } = await resolveEntities(tx, draft.body)
  tx.invalidates('posts', `author:${draft.userId}`)
  const [created] = await tx
    .insert(posts)
    .values({ ...draft, entities, submission, createdAt: now })
    .onConflictDoNothing({ target: posts.submission })
    .returning({ id: posts.id })
  if (!created) return idOfSubmission(tx, submission as string)
  await addDerivedRows(tx, { ...draft, id: created.id, createdAt: now, entities, mentioned })
  await tellMentioned(tx, { id: created.id, userId: draft.userId, at: now }, mentioned)
  return created.id
}

async function idOfSubmission(tx: Writer, submission: string): Promise<number> {
  const [earlier] = await tx.select({ id: posts.id }).from(posts).where(eq(posts.submission, submission))
  return (earlier as { id: number }).id
}

/**
 * Replaces the words of one's own post, and says what they are in; false if there is none. The same words leave
 * it unedited, in whichever language. Translations of what it was before go.
 */
export async function editPost(tx: Writer, edit: Edit, now: Date): Promise<boolean> {
  const own = and(eq(posts.id, edit.id), eq(posts.userId, edit.userId))
  const { body, language, createdAt } = posts
  const [before] = await tx.select({ body, language, createdAt }).from(posts).where(own)
  if (!before) return false
  const isReworded = before.body !== edit.body
  if (!isReworded && before.language === edit.language) return true
  await deleteTranslations(tx, edit.id)
  tx.invalidates(`post:${edit.id}`)
  await tx.update(posts).set({ language: edit.language }).where(own)
  if (isReworded) await reword(tx, { ...edit, createdAt: before.createdAt }, now)
  return true
}

async function reword(tx: Writer, edit: Edit & { createdAt: Date }, now: Date): Promise<void> {
  const { id, body } = edit
  const { entities, mentioned } = await resolveEntities(tx, body)
  await tx.update(posts).set({ body, entities, editedAt: now }).where(eq(posts.id, id))
  const { userId } = mentions
  const before = await tx.delete(mentions).where(eq(mentions.postId, id)).returning({ userId })
  await tx.delete(hashtags).where(eq(hashtags.postId, id))
  await addDerivedRows(tx, { ...edit, entities, mentioned })
  const newly = mentioned.filter(id => !before.some(({ userId }) => userId === id))
  await tellMentioned(tx, { ...edit, at: now }, newly)
}

/** Tells people that a post mentions them, each once however often it is edited. */
function tellMentioned(
  tx: Writer,
  { id: postId, userId: actorId, at }: { id: number; userId: number; at: Date },
  people: number[],
): Promise<void> {
  return notifyEach(tx, people, { kind: 'mention', about: postId, actorId, postId, at })
}

/** Deletes one's own post; false if there is none. */
export async function deletePost(
  tx: Writer,
  { id, userId }: { id: number; userId: number },
): Promise<boolean> {
  const deleted = await tx
    .delete(posts)
    .where(and(eq(posts.id, id), eq(posts.userId, userId)))
    .returning({ id: posts.id, createdAt: posts.createdAt })
  tx.invalidates('posts', `post:${id}`, `author:${userId}`)
  await removePosts(tx, deleted)
  return deleted.length > 0
}

/**
 * A mention is one only if there is such an account now; it links to the name as its owner writes it today, also
 * by a name that they had before.
 */
export async function resolveEntities(
  tx: Writer,
  body: string,
): Promise<{ entities: Entity[]; mentioned: number[] }> {
  const found = findEntities(body)
  const names = mentionedNames(found)
  if (names.length === 0) return { entities: found, mentioned: [] }
  const people = await findByUsernames(tx, names)
  const usernames = new Map(people.map(({ key, username }) => [key, username]))
  const entities = found.flatMap(entity => {
    if (entity.kind !== 'mention') return [entity]
    const username = usernames.get(foldName(entity.href.slice(2)))
    return username ? [{ ...entity, href: `/@${username}` }] : []
  })
  return { entities, mentioned: [...new Set(people.map(({ id }) => id))] }
}

type Derived = IndexedPost & { mentioned: number[] }

async function addDerivedRows(tx: Writer, post: Derived): Promise<void> {
  const { id, createdAt, entities, mentioned } = post
  const tags = tagsOf(entities)
  tx.invalidates(...tags.map(tag => `tag:${tag}` as const))
  if (mentioned.length > 0)
    await tx.insert(mentions).values(mentioned.map(userId => ({ postId: id, userId })))
  if (tags.length > 0) await tx.insert(hashtags).values(tags.map(tag => ({ tag, postId: id, createdAt })))
  await indexPosts(tx, [post])
}
