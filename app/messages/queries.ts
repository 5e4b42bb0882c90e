/** Conversations as one of their two people reads them: every query is about the viewer's own. */
import { foldName } from '../accounts/names.ts'
import { idOfUsername } from '../accounts/username-queries.ts'
import { isVisible } from '../blocks/queries.ts'
import { type Cursor, keysetList, type Page } from '../database/cursor.ts'
import { prepared, type Reader } from '../database/database.ts'
import { follows, messages, participants, users } from '../database/schema.ts'
import { and, eq, type SQL, sql } from '../database/sql.ts'
import type { Entity } from '../posts/text.ts'

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
  other: { id: number; username: string; displayName: string }
  unread: number
  lastMessage: { senderId: number; body: string; language: string | null }
  /** When the last message was sent. */
  createdAt: Date
}

const viewer = sql.placeholder('viewer')
const person = sql.placeholder('person')

/** Walks from the end of the conversation's index to its newest message. */
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
        other: { id: users.id, username: users.username, displayName: users.displayName },
        unread: participants.unread,
        lastMessage: { senderId: messages.senderId, body: messages.body, language: messages.language },
        createdAt: participants.lastMessageAt,
      })
      .from(participants)
      .innerJoin(users, eq(users.id, participants.otherId))
      .innerJoin(messages, eq(messages.id, newestMessage))
      .where(and(eq(participants.userId, viewer), place.beyond))
      .orderBy(...place.order)
      .limit(place.limit),
)

/** A page of somebody's conversations, the one with the newest message first. */
export function inbox(db: Reader, viewer: number, cursor: Cursor): Promise<Page<Conversation>> {
  return inboxOf(db, { viewer }, cursor)
}

/** The viewer’s conversation with a person, who may have another name by now; null if they have none. */
const theirConversation = sql`(select mine.conversation_id from ${participants} mine
  where mine.user_id = ${viewer} and mine.other_id = ${idOfUsername(person)})`

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

/** The two people of a thread, as a query asks for them: the viewer's id, and the other's username. */
export type Pair = { viewer: number; username: string }

/** A page of what the viewer and a person wrote to each other, newest first. */
export function thread(db: Reader, { viewer, username }: Pair, cursor: Cursor): Promise<Page<Message>> {
  return threadOf(db, { viewer, person: foldName(username) }, cursor)
}

/** Why somebody cannot be written to. */
export type Obstacle = 'oneself' | 'apart' | 'closed' | 'only_following'

/** A person as the viewer's correspondent, whether or not there is a message yet. */
export type Correspondent = {
  id: number
  username: string
  displayName: string
  /** Null before the first message. */
  conversationId: number | null
  /** What the viewer has not seen. */
  unread: number
  obstacle: Obstacle | null
}

/** Who only wants to hear from people they follow hears from those, too, whom they have written to. */
const isWelcome: SQL = sql`(case
  when ${users.messagesFrom} = 'everyone' then 1
  when exists (select 1 from ${follows} theirs
    where theirs.follower_id = ${users.id} and theirs.followed_id = ${viewer}) then 1
  when exists (select 1 from ${messages} written
    where written.conversation_id = ${participants.conversationId} and written.sender_id = ${users.id}) then 1
  else 0 end)`

const correspondentOf = prepared<{ viewer: number; person: string }, Found[]>('correspondent', db =>
  db
    .select({
      id: users.id,
      username: users.username,
      displayName: users.displayName,
      closedAt: users.closedAt,
      conversationId: participants.conversationId,
      unread: participants.unread,
      together: isVisible(users.id),
      welcome: isWelcome,
    })
    .from(users)
    .leftJoin(participants, and(eq(participants.userId, viewer), eq(participants.otherId, users.id)))
    .where(eq(users.id, idOfUsername(person))),
)

type Found = Omit<Correspondent, 'unread' | 'obstacle'> & {
  unread: number | null
  closedAt: Date | null
  /** SQLite answers conditions with 0 or 1. */
  together: unknown
  welcome: unknown
}

/** Whoever has this username, or had it before, as the viewer's correspondent: one statement. */
export async function findCorrespondent(
  db: Reader,
  { viewer, username }: Pair,
): Promise<Correspondent | undefined> {
  const [found] = await correspondentOf(db, { viewer, person: foldName(username) })
  if (!found) return undefined
  const { id, displayName, conversationId } = found
  const obstacle = obstacleBetween(viewer, found)
  return { id, username: found.username, displayName, conversationId, unread: found.unread ?? 0, obstacle }
}

function obstacleBetween(viewer: number, { id, closedAt, together, welcome }: Found): Obstacle | null {
  if (id === viewer) return 'oneself'
  if (closedAt) return 'closed'
  if (!together) return 'apart'
  return Number(welcome) === 1 ? null : 'only_following'
}

/** One message of the viewer's conversation with a person, and which conversation that is. */
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
