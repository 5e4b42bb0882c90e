/** Everything that belongs to one person, in pages of a thousand rows, each beginning after the last row of the page before. */
import { type Cursor, cursorOf, keysetList, type Page } from '../database/cursor.ts'
import type { Reader } from '../database/database.ts'
import { columnsIn } from '../database/fields.ts'
import { follows, messages, participants, posts, users } from '../database/schema.ts'
import { type AnyColumn, and, asc, desc, eq, gt, sql } from '../database/sql.ts'
import { userFields } from '../people/profile-fields.ts'
import { isOpen, viewerId } from '../people/visibility.ts'
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

type Keyed = { id: number; createdAt: Date }

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
      posts: db.$count(posts, eq(posts.userId, userId)),
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
export async function* ownPosts(db: Reader, userId: number): AsyncGenerator<Post> {
  for (let cursor: Cursor | null = cursorOf({}); cursor; ) {
    const page: Page<Post> = await postsOf(db, { viewer: { id: userId, role: 'member' } }, cursor)
    yield* page.rows
    cursor = page.older
  }
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
