import { foldName } from '../accounts/names.ts'
import type { Reader, Writer } from '../database/database.ts'
import { hashtags, mentions, posts, users } from '../database/schema.ts'
import { and, eq, inArray } from '../database/sql.ts'
import { type Entity, findEntities, mentionedNames, tagsOf } from './text.ts'

export type Author = { id: number; username: string; displayName: string }
export type Post = {
  id: number
  body: string
  entities: Entity[]
  language: string | null
  createdAt: Date
  editedAt: Date | null
  author: Author
}
export type Draft = { userId: number; body: string; language: string | null; submission: string | null }

/** The columns of a post as every list shows it; needs a join with users. */
export const postColumns = {
  id: posts.id,
  body: posts.body,
  entities: posts.entities,
  language: posts.language,
  createdAt: posts.createdAt,
  editedAt: posts.editedAt,
  author: { id: users.id, username: users.username, displayName: users.displayName },
}

export async function findPost(db: Reader, id: number): Promise<Post | undefined> {
  const [post] = await db
    .select(postColumns)
    .from(posts)
    .innerJoin(users, eq(users.id, posts.userId))
    .where(eq(posts.id, id))
  return post
}

/** Publishes a post with its mentions and hashtags, and returns its id; the same submission publishes once. */
export async function publishPost(tx: Writer, { submission, ...draft }: Draft, now: Date): Promise<number> {
  const { entities, mentioned } = await resolveEntities(tx, draft.body)
  const [created] = await tx
    .insert(posts)
    .values({ ...draft, entities, submission, createdAt: now })
    .onConflictDoNothing({ target: posts.submission })
    .returning({ id: posts.id })
  if (!created) return idOfSubmission(tx, submission as string)
  await addDerivedRows(tx, { id: created.id, createdAt: now, entities, mentioned })
  return created.id
}

async function idOfSubmission(tx: Writer, submission: string): Promise<number> {
  const [earlier] = await tx.select({ id: posts.id }).from(posts).where(eq(posts.submission, submission))
  return (earlier as { id: number }).id
}

/** Replaces the words of one's own post; false if there is none. The same words leave it unedited. */
export async function editPost(
  tx: Writer,
  edit: { id: number; userId: number; body: string; language: string | null },
  now: Date,
): Promise<boolean> {
  const own = and(eq(posts.id, edit.id), eq(posts.userId, edit.userId))
  const [before] = await tx.select({ body: posts.body, createdAt: posts.createdAt }).from(posts).where(own)
  if (!before) return false
  if (before.body === edit.body) return true
  const { entities, mentioned } = await resolveEntities(tx, edit.body)
  await tx.update(posts).set({ body: edit.body, language: edit.language, entities, editedAt: now }).where(own)
  await tx.delete(mentions).where(eq(mentions.postId, edit.id))
  await tx.delete(hashtags).where(eq(hashtags.postId, edit.id))
  await addDerivedRows(tx, { id: edit.id, createdAt: before.createdAt, entities, mentioned })
  return true
}

/** Deletes one's own post; false if there is none. */
export async function deletePost(
  tx: Writer,
  { id, userId }: { id: number; userId: number },
): Promise<boolean> {
  const deleted = await tx
    .delete(posts)
    .where(and(eq(posts.id, id), eq(posts.userId, userId)))
    .returning({ id: posts.id })
  return deleted.length > 0
}

/** A mention is one only if there is such an account now; it links to the name as its owner writes it. */
async function resolveEntities(
  tx: Writer,
  body: string,
): Promise<{ entities: Entity[]; mentioned: number[] }> {
  const found = findEntities(body)
  const names = mentionedNames(found)
  if (names.length === 0) return { entities: found, mentioned: [] }
  const people = await tx
    .select({ id: users.id, username: users.username, key: users.usernameKey })
    .from(users)
    .where(inArray(users.usernameKey, names))
  const usernames = new Map(people.map(({ key, username }) => [key, username]))
  const entities = found.flatMap(entity => {
    if (entity.kind !== 'mention') return [entity]
    const username = usernames.get(foldName(entity.href.slice(2)))
    return username ? [{ ...entity, href: `/@${username}` }] : []
  })
  return { entities, mentioned: people.map(({ id }) => id) }
}

type Derived = { id: number; createdAt: Date; entities: Entity[]; mentioned: number[] }

async function addDerivedRows(tx: Writer, { id, createdAt, entities, mentioned }: Derived): Promise<void> {
  const tags = tagsOf(entities)
  if (mentioned.length > 0)
    await tx.insert(mentions).values(mentioned.map(userId => ({ postId: id, userId })))
  if (tags.length > 0) await tx.insert(hashtags).values(tags.map(tag => ({ tag, postId: id, createdAt })))
}
