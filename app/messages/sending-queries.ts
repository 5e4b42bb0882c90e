/** How a message comes to be. */
import { lockPair } from '../blocks/queries.ts'
import type { Writer } from '../database/database.ts'
import { conversations, messages, participants } from '../database/schema.ts'
import { eq, sql } from '../database/sql.ts'
import type { RateLimit } from '../limits/queries.ts'
import { notify } from '../notifications/queries.ts'
import { resolveEntities } from '../people/username-queries.ts'
import { findCorrespondent, type Obstacle } from './correspondent-queries.ts'
import { type Message, messageColumns } from './queries.ts'

export const messageLimit: RateLimit = { name: 'messages', burst: 30, every: 5_000 }

export type NewMessage = {
  senderId: number
  /** The username of whoever it is for. */
  to: string
  body: string
  language: string | null
  submission: string | null
}
export type Sent = { message: Message } | { obstacle: Obstacle }

/**
 * Sends a message, and with the first one begins the conversation; the same submission sends once. Answers
 * what is in the way if the two may not write to each other, and undefined if there is nobody of that name.
 * `consumeLimit` is called before a message is written, and may throw.
 */
export async function sendMessage(
  tx: Writer,
  draft: NewMessage,
  now: Date,
  consumeLimit: () => Promise<void> = async () => {},
): Promise<Sent | undefined> {
  const earlier = await findSubmission(tx, draft.submission)
  if (earlier) return { message: earlier }
  const { senderId } = draft
  const recipient = await findCorrespondent(tx, { viewer: senderId, username: draft.to })
  if (!recipient) return undefined
  if (recipient.obstacle) return { obstacle: recipient.obstacle }
  await lockPair(tx, senderId, recipient.id)
  await consumeLimit()
  const people = { senderId, recipientId: recipient.id }
  const conversationId = recipient.conversationId ?? (await beginConversation(tx, people, now))
  const createdAt = await countUnread(tx, { conversationId, ...people }, now)
  const message = await addMessage(tx, draft, { conversationId, createdAt })
  const news = { about: conversationId, conversationId, actorId: senderId, at: createdAt }
  await notify(tx, { userId: recipient.id, kind: 'message', ...news })
  return { message }
}

async function findSubmission(tx: Writer, submission: string | null): Promise<Message | undefined> {
  if (submission === null) return undefined
  const [earlier] = await tx.select(messageColumns).from(messages).where(eq(messages.submission, submission))
  return earlier
}

type People = { senderId: number; recipientId: number }

/** Of two people who begin at the same moment, one begins and the other joins: there is one for each pair. */
async function beginConversation(tx: Writer, { senderId, recipientId }: People, now: Date): Promise<number> {
  const [firstId, secondId] = [Math.min(senderId, recipientId), Math.max(senderId, recipientId)]
  tx.invalidates(`viewer:${senderId}`, `viewer:${recipientId}`)
  const [begun] = await tx
    .insert(conversations)
    .values({ firstId, secondId, createdAt: now })
    .onConflictDoUpdate({ target: [conversations.firstId, conversations.secondId], set: { firstId } })
    .returning({ id: conversations.id })
  const { id: conversationId } = begun as { id: number }
  const side = { conversationId, unread: 0, lastMessageAt: now }
  const sides = [
    { ...side, userId: senderId, otherId: recipientId },
    { ...side, userId: recipientId, otherId: senderId },
  ]
  await tx.insert(participants).values(sides).onConflictDoNothing()
  return conversationId
}

/**
 * Counts one more unread message for the recipient and answers the new message's moment, never earlier than
 * that of the last one. Both sides' rows are locked from here on, so that messages of a conversation are
 * committed in their order: whoever has seen one has seen all that came before it.
 */
async function countUnread(
  tx: Writer,
  { conversationId, senderId, recipientId }: People & { conversationId: number },
  now: Date,
): Promise<Date> {
  const { userId, unread, lastMessageAt } = participants
  const moment = sql.param(now, lastMessageAt)
  tx.invalidates(`viewer:${senderId}`, `viewer:${recipientId}`)
  const [side] = await tx
    .update(participants)
    .set({
      unread: sql`${unread} + case when ${userId} = ${recipientId} then 1 else 0 end`,
      lastMessageAt: sql`case when ${lastMessageAt} < ${moment} then ${moment} else ${lastMessageAt} end`,
    })
    .where(eq(participants.conversationId, conversationId))
    .returning({ lastMessageAt })
  return (side as { lastMessageAt: Date }).lastMessageAt
}

async function addMessage(
  tx: Writer,
  { senderId, body, language, submission }: NewMessage,
  place: { conversationId: number; createdAt: Date },
): Promise<Message> {
  const { entities } = await resolveEntities(tx, body)
  const [added] = await tx
    .insert(messages)
    .values({ ...place, senderId, body, entities, language, submission })
    .returning(messageColumns)
  return added as Message
}
