/** Everything that belongs to one person, in pages of a thousand rows, each beginning after the last row of the page before. */
import { type Cursor, cursorOf, keysetList, type Page } from '../database/cursor.ts'
import type { Reader } from '../database/database.ts'
import { columnsIn } from '../database/fields.ts'
import {
  bookmarks,
  follows,
  type ImageFile,
  images,
  likes,
  messages,
  participants,
  posts,
  postVersions,
  reposts,
  threadMutes,
  users,
} from '../database/schema.ts'
import { type AnyColumn, and, asc, desc, eq, gt, inArray, isNotNull, or, sql } from '../database/sql.ts'
import { userFields } from '../people/profile-fields.ts'
import { isOpen, viewerId, visiblePosts } from '../people/visibility.ts'
import { asPages, type Post, type PostRow, selectPosts } from '../posts/post.ts'
import type { Entity } from '../text/entities.ts'

const pageSize = 1_000

/** Reads page after page and yields the rows one by one. */
async function* eachRow<Row>(read: (last: Row | undefined) => Promise<Row[]>): AsyncGenerator<Row> {
  let page = await read(undefined)
  while (page.length > 0) {
    yield* page
    page = page.length < pageSize ? [] : await read(page.at(-1))
  }
}

export type Keyed = { id: number; createdAt: Date }

/** The rows before (or after) the last one in the order of these two columns. */
function beyond(direction: 'before' | 'after', [time, id]: [AnyColumn, AnyColumn], last: Keyed | undefined) {
  if (!last) return undefined
  const place = sql`(${sql.param(last.createdAt, time)}, ${sql.param(last.id, id)})`
  return direction === 'before' ? sql`(${time}, ${id}) < ${place}` : sql`(${time}, ${id}) > ${place}`
}

export const profileColumns = columnsIn(userFields, 'personalExport')
export type Profile = Awaited<ReturnType<typeof ownProfile>>

/** What a person's account holds, and how many rows belong to it. */
export async function ownProfile(db: Reader, userId: number) {
  const [found] = await db
    .select({
      ...profileColumns,
      avatar: users.avatar,
      banner: users.banner,
      pictures: sql`(select count(*) from ${images} where ${arePictures(userId)})`.mapWith(Number),
      posts: db.$count(posts, eq(posts.userId, userId)),
      versions: db.$count(postVersions, inArray(postVersions.postId, ownPostIds(db, userId))),
      likes: db.$count(likes, eq(likes.userId, userId)),
      reposts: db.$count(reposts, eq(reposts.userId, userId)),
      bookmarks: db.$count(bookmarks, eq(bookmarks.userId, userId)),
      mutes: db.$count(threadMutes, eq(threadMutes.userId, userId)),
      followers: db.$count(follows, eq(follows.followedId, userId)),
      following: db.$count(follows, eq(follows.followerId, userId)),
      messages:
        sql`(select count(*) from ${messages} where ${messages.conversationId} in (${ownConversations(db, userId)}))`.mapWith(
          Number,
        ),
    })
    .from(users)
    .where(eq(users.id, userId))
  return found as NonNullable<typeof found>
}

/** What a person has uploaded, and published or uses in their profile. */
function arePictures(userId: number) {
  const used = sql`select 1 from ${users} where ${users.id} = ${images.userId} and ${images.key} in (${users.avatar}, ${users.banner})`
  return and(eq(images.userId, userId), or(isNotNull(images.postId), sql`exists (${used})`))
}

/** The pictures of a person's posts and profile: the key and the files of each. */
export function ownPictures(db: Reader, userId: number) {
  const { id, key, files } = images
  return eachRow<{ id: number; key: string; files: ImageFile[] }>(last =>
    db
      .select({ id, key, files })
      .from(images)
      .where(and(arePictures(userId), gt(id, last?.id ?? 0)))
      .orderBy(asc(id))
      .limit(pageSize),
  )
}

function ownPostIds(db: Reader, userId: number) {
  return db.select({ id: posts.id }).from(posts).where(eq(posts.userId, userId))
}

function ownConversations(db: Reader, userId: number) {
  return db
    .select({ id: participants.conversationId })
    .from(participants)
    .where(eq(participants.userId, userId))
}

const postsOf = asPages(
  keysetList<PostRow>(
    'own_posts',
    { time: posts.createdAt, id: posts.id },
    (db, { beyond, order, limit }) =>
      selectPosts(db, and(eq(posts.userId, viewerId), beyond))
        .orderBy(...order)
        .limit(limit),
    pageSize,
  ),
)

/** A person's posts, newest first. */
export function ownPosts(db: Reader, userId: number): AsyncGenerator<Post> {
  return eachOf(cursor => postsOf(db, { viewer: { id: userId, role: 'member' } }, cursor))
}

async function* eachOf<Row>(pageAt: (cursor: Cursor) => Promise<Page<Row>>): AsyncGenerator<Row> {
  for (let cursor: Cursor | null = cursorOf({}); cursor; ) {
    const page: Page<Row> = await pageAt(cursor)
    yield* page.rows
    cursor = page.older
  }
}

/** What a post of theirs said before it was edited. */
export type OwnVersion = Keyed & {
  postId: number
  body: string
  entities: Entity[]
  language: string | null
  contentWarning: string | null
}

const versionsOf = keysetList<OwnVersion>(
  'own_versions',
  { time: postVersions.createdAt, id: postVersions.id },
  (db, { beyond, order, limit }) =>
    db
      .select({
        id: postVersions.id,
        postId: postVersions.postId,
        body: postVersions.body,
        entities: postVersions.entities,
        language: postVersions.language,
        contentWarning: postVersions.contentWarning,
        createdAt: postVersions.createdAt,
      })
      .from(postVersions)
      .innerJoin(posts, eq(posts.id, postVersions.postId))
      .where(and(eq(posts.userId, viewerId), beyond))
      .orderBy(...order)
      .limit(limit),
  pageSize,
)

/** The earlier versions of a person's posts, newest first. */
export function ownVersions(db: Reader, userId: number): AsyncGenerator<OwnVersion> {
  return eachOf(cursor => versionsOf(db, { viewer: userId }, cursor))
}

/** A post that they did something with, if they see it, and when that was. */
export type OwnMark = Keyed & { writtenAt: Date; username: string; displayName: string }

function marksOf(name: string, marks: typeof likes | typeof reposts | typeof bookmarks) {
  const list = keysetList<OwnMark>(
    `own_${name}`,
    { time: marks.createdAt, id: marks.postId },
    (db, { beyond, order, limit }) =>
      db
        .select({
          id: marks.postId,
          createdAt: marks.createdAt,
          writtenAt: posts.createdAt,
          username: users.username,
          displayName: users.displayName,
        })
        .from(marks)
        .innerJoin(posts, eq(posts.id, marks.postId))
        .innerJoin(users, eq(users.id, posts.userId))
        .where(and(eq(marks.userId, viewerId), visiblePosts(), beyond))
        .orderBy(...order)
        .limit(limit),
    pageSize,
  )
  return (db: Reader, userId: number) => eachOf(cursor => list(db, { viewer: userId }, cursor))
}

/** What a person did with posts, newest first. */
export const ownMarks = {
  likes: marksOf('likes', likes),
  reposts: marksOf('reposts', reposts),
  bookmarks: marksOf('bookmarks', bookmarks),
}

/** A thread by its first post, of which only the number is shown: the post may be gone or out of sight. */
const mutesOf = keysetList<Keyed>(
  'own_mutes',
  { time: threadMutes.createdAt, id: threadMutes.rootId },
  (db, { beyond, order, limit }) =>
    db
      .select({ id: threadMutes.rootId, createdAt: threadMutes.createdAt })
      .from(threadMutes)
      .where(and(eq(threadMutes.userId, viewerId), beyond))
      .orderBy(...order)
      .limit(limit),
  pageSize,
)

/** The threads that a person muted, the last one first. */
export function ownMutes(db: Reader, userId: number): AsyncGenerator<Keyed> {
  return eachOf(cursor => mutesOf(db, { viewer: userId }, cursor))
}

/** The person at the other end of a follow, and since when. */
export type OwnContact = Keyed & { username: string; displayName: string }

/** The followers of a person, or the people that they follow, newest first. */
export function ownContacts(
  db: Reader,
  userId: number,
  list: 'followers' | 'following',
): AsyncGenerator<OwnContact> {
  const { followerId, followedId, createdAt } = follows
  const [whose, other] = list === 'followers' ? [followedId, followerId] : [followerId, followedId]
  const { id, username, displayName } = users
  return eachRow(last =>
    db
      .select({ id, username, displayName, createdAt })
      .from(follows)
      .innerJoin(users, eq(id, other))
      .where(and(eq(whose, userId), isOpen, beyond('before', [createdAt, other], last)))
      .orderBy(desc(createdAt), desc(other))
      .limit(pageSize),
  )
}

export type Correspondent = { username: string; displayName: string }
export type OwnMessage = Keyed & {
  conversation: number
  with: Correspondent
  isOwn: boolean
  body: string
  entities: Entity[]
  language: string | null
}

/** The messages that a person sent and received, conversation by conversation, oldest first. */
export async function* ownMessages(db: Reader, userId: number): AsyncGenerator<OwnMessage> {
  for await (const { conversation, ...other } of conversationsOf(db, userId)) {
    for await (const { senderId, ...message } of messagesIn(db, { conversation, userId }))
      yield { conversation, with: other, isOwn: senderId === userId, ...message }
  }
}

function conversationsOf(db: Reader, userId: number) {
  const conversation = participants.conversationId
  const { username, displayName } = users
  return eachRow<Correspondent & { conversation: number }>(last =>
    db
      .select({ conversation, username, displayName })
      .from(participants)
      .innerJoin(users, eq(users.id, participants.otherId))
      .where(and(eq(participants.userId, userId), last && gt(conversation, last.conversation)))
      .orderBy(asc(conversation))
      .limit(pageSize),
  )
}

type MessageRow = Omit<OwnMessage, 'conversation' | 'with' | 'isOwn'> & { senderId: number }

/** The messages of a conversation, if this person takes part in it. */
function messagesIn(db: Reader, { conversation, userId }: { conversation: number; userId: number }) {
  const { id, senderId, body, entities, language, createdAt, conversationId } = messages
  const isOwn = and(eq(participants.conversationId, conversationId), eq(participants.userId, userId))
  return eachRow<MessageRow>(last =>
    db
      .select({ id, senderId, body, entities, language, createdAt })
      .from(messages)
      .innerJoin(participants, isOwn)
      .where(and(eq(conversationId, conversation), beyond('after', [createdAt, id], last)))
      .orderBy(asc(createdAt), asc(id))
      .limit(pageSize),
  )
}
