import { prepared, type Reader, type Writer } from '../database/database.ts'
import { type Audience, images, mentions, posts, type ReplyAudience, users } from '../database/schema.ts'
import { and, asc, desc, eq, inArray, type SQL, sql } from '../database/sql.ts'
import { requireContent, requireImages, requireOtherImages } from '../images/attaching.ts'
import type { SentImage } from '../images/post-queries.ts'
import { deleteImages } from '../images/queries.ts'
import { notifyEach, retract, tagsOfNotified } from '../notifications/queries.ts'
import { resolveEntities } from '../people/username-queries.ts'
import type { AnyViewer } from '../people/viewer.ts'
import { deleteTranslations } from '../translations/queries.ts'
import { keepVersion } from '../versions/queries.ts'
import { addDerivedRows, removeDerivedRows } from './derivations.ts'
import { leaveGaps, lockThread, placeInThread } from './gaps.ts'
import { asPosts, type Post, selectPosts } from './post.ts'

/** What an author chooses beside the words. Left out: a new post has the defaults, an edited one keeps what it has. */
export type PostOptions = {
  repliesFrom?: ReplyAudience
  quotesFrom?: Audience
  contentWarning?: string | null
}
export type Draft = PostOptions & {
  userId: number
  body: string
  language: string | null
  submission: string | null
  /** Its author's uploaded pictures, in their order. */
  images?: SentImage[]
  /** What it answers. */
  parent?: Post
  /** What it shows as a card. */
  quoted?: Post
}
type Edit = PostOptions & Pick<Draft, 'userId' | 'body' | 'language' | 'images'> & { id: number }

const postOfId = asPosts(prepared('post', db => selectPosts(db, eq(posts.id, sql.placeholder('id')))))

/** A post, if the viewer sees it. */
export async function findPost(db: Reader, id: number, viewer: AnyViewer): Promise<Post | undefined> {
  return (await postOfId(db, { id, viewer }))[0]
}

const neighbors = 5

/** The keys of the author's posts on one side of the post, the nearest first. */
function keysBeside(side: 'newer' | 'older'): SQL {
  const key = sql`(${sql.param(sql.placeholder('time'), posts.createdAt)}, ${sql.param(sql.placeholder('id'), posts.id)})`
  const beyond = sql.raw(side === 'newer' ? '>' : '<')
  const order =
    side === 'newer' ? [asc(posts.createdAt), asc(posts.id)] : [desc(posts.createdAt), desc(posts.id)]
  return sql`select * from (select ${posts.id} from ${posts}
    where ${posts.userId} = ${sql.placeholder('author')} and (${posts.createdAt}, ${posts.id}) ${beyond} ${key}
    order by ${sql.join(order, sql`, `)} limit ${sql.raw(String(neighbors))}) as ${sql.raw(side)}`
}

const beside = asPosts(
  prepared('posts_beside', db =>
    selectPosts(db, sql`${posts.id} in (${keysBeside('newer')} union all ${keysBeside('older')})`).orderBy(
      desc(posts.createdAt),
      desc(posts.id),
    ),
  ),
)

/** The posts that their author published just after and just before this one, newest first: half of each, where there are as many. */
export async function neighborPosts(
  db: Reader,
  { id, createdAt, author }: Post,
  viewer: AnyViewer,
): Promise<Post[]> {
  const found = await beside(db, { id, time: createdAt, author: author.id, viewer })
  const isNewer = (post: Post) =>
    post.createdAt > createdAt || (post.createdAt.getTime() === createdAt.getTime() && post.id > id)
  const older = found.filter(post => !isNewer(post))
  const newer = found.filter(isNewer).slice(-Math.max(Math.floor(neighbors / 2), neighbors - older.length))
  return [...newer, ...older.slice(0, neighbors - newer.length)]
}

/**
 * Publishes a post with its mentions, hashtags and pictures, and returns its id; the same submission publishes once.
 * @throws Problem 422 if a picture is gone, another's, or in a post already
 */
export async function publishPost(
  tx: Writer,
  { submission, parent, quoted, images = [], ...draft }: Draft,
  now: Date,
): Promise<number> {
  const { entities, mentioned } = await resolveEntities(tx, draft.body)
  tx.invalidates('posts', `author:${draft.userId}`)
  for (const post of [parent, quoted]) if (post) tx.invalidates(`post:${post.id}`)
  if (parent) tx.invalidates(`thread:${parent.rootId ?? parent.id}`)
  const place = placeUnder(parent, draft.userId)
  const [created] = await tx
    .insert(posts)
    .values({
      quotesFrom: quotesFromOf(draft.userId),
      ...draft,
      ...place,
      quotedId: quoted?.id ?? null,
      imageCount: images.length,
      entities,
      submission,
      createdAt: now,
    })
    .onConflictDoNothing({ target: posts.submission })
    .returning({ id: posts.id })
  if (!created) {
    const isSame = eq(posts.submission, submission as string)
    const [earlier] = await tx.select({ id: posts.id }).from(posts).where(isSame)
    return (earlier as { id: number }).id
  }
  await requireImages(tx, { postId: created.id, userId: draft.userId, sent: images })
  const written = { ...draft, ...place, id: created.id, createdAt: now, imageCount: images.length }
  await addDerivedRows(tx, [{ ...written, entities, mentioned }])
  await tellOf(tx, { id: created.id, userId: draft.userId, at: now }, { parent, quoted, mentioned })
  return created.id
}

type News = { id: number; userId: number; at: Date }

/** Tells those whom a new post concerns, each once: of an answer, or of a quote, or of a mention, the first that they want. */
async function tellOf(
  tx: Writer,
  post: News,
  { parent, quoted, mentioned }: Pick<Draft, 'parent' | 'quoted'> & { mentioned: number[] },
): Promise<void> {
  const answered = parent && parent.author.id !== post.userId ? [parent.author.id] : []
  const shown = quoted ? [quoted.author.id] : []
  const news = { about: post.id, actorId: post.userId, at: post.at }
  const told = await notifyEach(tx, answered, { kind: 'reply', ...news })
  told.push(...(await notifyEach(tx, without(shown, told), { kind: 'quote', ...news })))
  await tellMentioned(tx, post, without(mentioned, told))
}

/** Who may quote what this person writes, unless they say otherwise. */
function quotesFromOf(userId: number): SQL<Audience> {
  return sql`(select ${users.quotesFrom} from ${users} where ${users.id} = ${userId})`
}

/** Where a post by this person stands that answers the parent. */
function placeUnder(parent: Post | undefined, userId: number) {
  if (!parent) return { parentId: null, rootId: null, answeredId: null }
  const answeredId = parent.author.id === userId ? parent.answeredId : parent.author.id
  return { parentId: parent.id, rootId: parent.rootId ?? parent.id, answeredId }
}

const editedColumns = {
  id: posts.id,
  body: posts.body,
  entities: posts.entities,
  language: posts.language,
  repliesFrom: posts.repliesFrom,
  quotesFrom: posts.quotesFrom,
  contentWarning: posts.contentWarning,
  createdAt: posts.createdAt,
  editedAt: posts.editedAt,
  parentId: posts.parentId,
  rootId: posts.rootId,
  answeredId: posts.answeredId,
  quotedId: posts.quotedId,
  imageCount: posts.imageCount,
}

/**
 * Replaces the words and pictures of one's own post and what its author chose beside them; false if there is none. It
 * counts as edited once its words, its content warning or its pictures are others, and keeps the words before.
 * Translations of what it was before go.
 * @throws Problem 422 if a picture is gone, another's, or in another post; or if another edit left nothing but what this
 * one takes away
 */
export async function editPost(
  tx: Writer,
  { id, userId, images: sent, ...given }: Edit,
  now: Date,
): Promise<boolean> {
  const own = and(eq(posts.id, id), eq(posts.userId, userId))
  const [found] = await tx.select({ rootId: posts.rootId }).from(posts).where(own)
  if (!found) return false
  // Edits of a post come one after the other, and a reply sees the audience before or after, never both.
  await lockThread(tx, found.rootId ?? id)
  const [before] = await tx.select(editedColumns).from(posts).where(own)
  if (!before) return false
  const after = { ...before, ...given }
  const differs = (...names: (keyof typeof given)[]) => names.some(name => after[name] !== before[name])
  const hasOtherImages = sent !== undefined && (await requireOtherImages(tx, { postId: id, userId, sent }))
  if (!hasOtherImages && !differs('body', 'language', 'repliesFrom', 'quotesFrom', 'contentWarning'))
    return true
  tx.invalidates(`post:${id}`)
  if (differs('body', 'language')) await deleteTranslations(tx, id)
  const isEdited = hasOtherImages || differs('body', 'contentWarning')
  if (isEdited) await keepVersion(tx, before)
  const { language, repliesFrom, quotesFrom, contentWarning } = after
  const imageCount = hasOtherImages ? sent.length : before.imageCount
  requireContent({ body: after.body, imageCount })
  const edited = isEdited && { editedAt: now }
  await tx
    .update(posts)
    .set({ language, repliesFrom, quotesFrom, contentWarning, imageCount, ...edited })
    .where(own)
  // The index knows whether a post has pictures.
  if (differs('body') || imageCount !== before.imageCount)
    await reword(tx, { ...after, id, userId, imageCount }, now)
  return true
}

type Reworded = Pick<
  Post,
  'id' | 'body' | 'createdAt' | 'parentId' | 'answeredId' | 'quotedId' | 'language' | 'imageCount'
> & {
  userId: number
}

/** Replaces the words of a post, what is derived from them, and the notices of people whom they mention. */
async function reword(tx: Writer, post: Reworded, now: Date): Promise<void> {
  const { id, body, parentId, quotedId } = post
  const { entities, mentioned } = await resolveEntities(tx, body)
  const known = await mentionedIn(tx, id)
  await tx.update(posts).set({ body, entities }).where(eq(posts.id, id))
  const written = { ...post, entities, mentioned }
  await removeDerivedRows(tx, [written])
  await addDerivedRows(tx, [written])
  const told = [...known, ...(await authorsOf(tx, [parentId, quotedId]))]
  await tellMentioned(tx, { ...post, at: now }, without(mentioned, told))
  await retract(tx, without(known, mentioned), { kind: 'mention', about: id })
}

async function authorsOf(tx: Writer, postIds: (number | null)[]): Promise<number[]> {
  const ids = postIds.flatMap(id => id ?? [])
  if (ids.length === 0) return []
  const rows = await tx.select({ id: posts.userId }).from(posts).where(inArray(posts.id, ids))
  return rows.map(({ id }) => id)
}

async function mentionedIn(tx: Writer, postId: number): Promise<number[]> {
  const rows = await tx.select({ id: mentions.userId }).from(mentions).where(eq(mentions.postId, postId))
  return rows.map(({ id }) => id)
}

function without(ids: number[], others: number[]): number[] {
  return ids.filter(id => !others.includes(id))
}

/** Tells people that a post mentions them. */
async function tellMentioned(
  tx: Writer,
  { id: postId, userId: actorId, at }: News,
  people: number[],
): Promise<void> {
  await notifyEach(tx, people, { kind: 'mention', about: postId, actorId, at })
}

/** Deletes one's own post; false if there is none. Replies to it stay, under a gap. */
export async function deletePost(
  tx: Writer,
  { id, userId }: { id: number; userId: number },
): Promise<boolean> {
  const own = and(eq(posts.id, id), eq(posts.userId, userId))
  const { rootId, imageCount } = posts
  const [found] = await tx.select({ rootId, imageCount }).from(posts).where(own)
  if (!found) return false
  await lockThread(tx, found.rootId ?? id)
  if (found.imageCount > 0) await deleteImages(tx, eq(images.postId, id))
  const notified = await tagsOfNotified(tx, [id])
  const deleted = await tx.delete(posts).where(own).returning(placeInThread)
  if (deleted.length === 0) return false
  await leaveGaps(tx, deleted)
  tx.invalidates('posts', `post:${id}`, `author:${userId}`, `viewer:${userId}`, ...notified)
  await removeDerivedRows(tx, deleted)
  return true
}
