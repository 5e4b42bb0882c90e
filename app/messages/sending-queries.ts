/** Sends messages. */
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
  /** The recipient's username. */
  to: string
  body: string
  language: string | null
  submission: string | null
}
export type Sent = { message: Message } | { obstacle: Obstacle }

/**
 * Sends a message, once for each submission; the first one creates the conversation. Returns the obstacle if the
 * sender may not write to the recipient, and undefined if there is no such person. `consumeLimit` is called before the
 * message is written, and may throw.
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
  const conversationId = recipient.conversationId ?? (await createConversation(tx, people, now))
  const createdAt = await countUnread(tx, { conversationId, ...people }, now)
  const { body, language, submission } = draft
  const { entities } = await resolveEntities(tx, body)
  const [message] = await tx
    .insert(messages)
    .values({ conversationId, createdAt, senderId, body, entities, language, submission })
    .returning(messageColumns)
  const news = { about: conversationId, actorId: senderId, at: createdAt }
  await notify(tx, { userId: recipient.id, kind: 'message', ...news })
  return { message: message as Message }
}

async function findSubmission(tx: Writer, submission: string | null): Promise<Message | undefined> {
  if (submission === null) return undefined
  const [earlier] = await tx.select(messageColumns).from(messages).where(eq(messages.submission, submission))
  return earlier
}

type People = { senderId: number; recipientId: number }

/** Returns the existing conversation if the other person creates it at the same time. */
async function createConversation(tx: Writer, { senderId, recipientId }: People, now: Date): Promise<number> {
  const [firstId, secondId] = [Math.min(senderId, recipientId), Math.max(senderId, recipientId)]
  tx.invalidates(`viewer:${senderId}`, `viewer:${recipientId}`)
  const [created] = await tx
    .insert(conversations)
    .values({ firstId, secondId, createdAt: now })
    .onConflictDoUpdate({ target: [conversations.firstId, conversations.secondId], set: { firstId } })
    .returning({ id: conversations.id })
  const { id: conversationId } = created as { id: number }
  const side = { conversationId, unread: 0, lastMessageAt: now }
  const sides = [
    { ...side, userId: senderId, otherId: recipientId },
    { ...side, userId: recipientId, otherId: senderId },
  ]
  await tx.insert(participants).values(sides).onConflictDoNothing()
  return conversationId
}

/**
 * Increments the recipient's unread count and returns the new message's time, never earlier than that of the last one.
 * Locks both participants' rows, so that messages of a conversation are committed in order, and a page that shows one
 * shows all earlier ones.
 */
async function countUnread(
  tx: Writer,
  { conversationId, senderId, recipientId }: People & { conversationId: number },
  now: Date,
): Promise<Date> {
  const { userId, unread, lastMessageAt } = participants
  const time = sql.param(now, lastMessageAt)
  tx.invalidates(`viewer:${senderId}`, `viewer:${recipientId}`)
  const [side] = await tx
    .update(participants)
    .set({
      unread: sql`${unread} + case when ${userId} = ${recipientId} then 1 else 0 end`,
      lastMessageAt: sql`case when ${lastMessageAt} < ${time} then ${time} else ${lastMessageAt} end`,
    })
    .where(eq(participants.conversationId, conversationId))
    .returning({ lastMessageAt })
  return (side as { lastMessageAt: Date }).lastMessageAt
}
