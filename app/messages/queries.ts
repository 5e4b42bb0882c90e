/** The viewer's own conversations. */

import { type Cursor, keysetList, type Page } from '../database/cursor.ts'
import type { Reader, Writer } from '../database/database.ts'
import { messages, participants, users } from '../database/schema.ts'
import { and, eq, sql } from '../database/sql.ts'
import { markSubjectRead } from '../notifications/queries.ts'
import { type Unread, unreadOf } from '../notifications/unread.ts'
import { type Author, authorColumns, seenAvatar } from '../people/person.ts'
import { idOfUsername } from '../people/username-queries.ts'
import { viewerId } from '../people/visibility.ts'
import type { Entity } from '../text/entities.ts'
import { foldName } from '../text/normalize.ts'
import type { Pair } from './correspondent-queries.ts'

export type Message = {
  id: number
  senderId: number
  body: string
  entities: Entity[]
  language: string | null
  createdAt: Date
}

/** A row of the inbox: the other person, the last message, and how many are unread. */
export type Conversation = {
  id: number
  other: Author
  unread: number
  lastMessage: { senderId: number; body: string; language: string | null }
  /** When the last message was sent. */
  createdAt: Date
}

const person = sql.placeholder('person')

/** The newest message is the last entry of the conversation's index. */
const newestMessage = sql`(select newest.id from ${messages} newest
  where newest.conversation_id = ${participants.conversationId}
  order by newest.created_at desc, newest.id desc limit 1)`

const inboxOf = keysetList<Conversation>(
  'inbox',
  { time: participants.lastMessageAt, id: participants.conversationId },
  (db, place) =>
    db
      .select({
        id: participants.conversationId,
        other: { ...authorColumns, avatar: seenAvatar },
        unread: participants.unread,
        lastMessage: { senderId: messages.senderId, body: messages.body, language: messages.language },
        createdAt: participants.lastMessageAt,
      })
      .from(participants)
      .innerJoin(users, eq(users.id, participants.otherId))
      .innerJoin(messages, eq(messages.id, newestMessage))
      .where(and(eq(participants.userId, viewerId), place.beyond))
      .orderBy(...place.order)
      .limit(place.limit),
)

/** A page of the viewer's conversations, the one with the newest message first. */
export function inbox(db: Reader, viewer: number, cursor: Cursor): Promise<Page<Conversation>> {
  return inboxOf(db, { viewer }, cursor)
}

/** The viewer's conversation with the person of this current or former username, or null. */
const theirConversation = sql`(select mine.conversation_id from ${participants} mine
  where mine.user_id = ${viewerId} and mine.other_id = ${idOfUsername(person)})`

export const messageColumns = {
  id: messages.id,
  senderId: messages.senderId,
  body: messages.body,
  entities: messages.entities,
  language: messages.language,
  createdAt: messages.createdAt,
}

const threadOf = keysetList<Message>('thread', { time: messages.createdAt, id: messages.id }, (db, place) =>
  db
    .select(messageColumns)
    .from(messages)
    .where(and(eq(messages.conversationId, theirConversation), place.beyond))
    .orderBy(...place.order)
    .limit(place.limit),
)

/** A page of the messages between the viewer and a person, newest first. */
export function thread(db: Reader, { viewer, username }: Pair, cursor: Cursor): Promise<Page<Message>> {
  return threadOf(db, { viewer, person: foldName(username) }, cursor)
}

/** A message of the viewer's conversation with a person. */
export async function findMessage(
  db: Reader,
  { viewer, username }: Pair,
  id: number,
): Promise<(Pick<Message, 'id' | 'createdAt'> & { conversationId: number }) | undefined> {
  const other = idOfUsername(foldName(username))
  const [found] = await db
    .select({ id: messages.id, createdAt: messages.createdAt, conversationId: messages.conversationId })
    .from(messages)
    .innerJoin(participants, eq(participants.conversationId, messages.conversationId))
    .where(and(eq(messages.id, id), eq(participants.userId, viewer), eq(participants.otherId, other)))
  return found
}

type Seen = {
  userId: number
  conversationId: number
  /** The last message that they have seen. */
  until: Pick<Message, 'id' | 'createdAt'>
}

/**
 * Marks messages as read until the last one seen, and returns the person's unread counts. A late call never increases
 * the count that another has left.
 */
export async function markMessagesRead(
  tx: Writer,
  { userId, conversationId, until }: Seen,
  now: Date,
): Promise<Unread> {
  const place = sql`(${sql.param(until.createdAt, messages.createdAt)}, ${sql.param(until.id, messages.id)})`
  const later = sql`(select count(*) from ${messages} where ${messages.conversationId} = ${conversationId}
    and ${messages.senderId} <> ${userId} and (${messages.createdAt}, ${messages.id}) > ${place})`
  const mine = and(eq(participants.conversationId, conversationId), eq(participants.userId, userId))
  tx.invalidates(`viewer:${userId}`)
  const [read] = await tx
    .update(participants)
    .set({ unread: later })
    .where(and(mine, sql`${participants.unread} > ${later}`))
    .returning({ unread: participants.unread })
  if (read?.unread === 0) await markSubjectRead(tx, { userId, kind: 'message', about: conversationId }, now)
  return unreadOf(tx, userId)
}

/** Takes a person's messages off the viewer's badge without their being seen. */
export async function clearUnread(
  tx: Writer,
  { userId, otherId }: { userId: number; otherId: number },
): Promise<void> {
  tx.invalidates(`viewer:${userId}`)
  await tx
    .update(participants)
    .set({ unread: 0 })
    .where(and(eq(participants.userId, userId), eq(participants.otherId, otherId)))
}
