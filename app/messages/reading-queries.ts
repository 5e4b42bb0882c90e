/** Marks messages as read. */
import type { Writer } from '../database/database.ts'
import { messages, participants } from '../database/schema.ts'
import { and, eq, sql } from '../database/sql.ts'
import { markSubjectRead } from '../notifications/queries.ts'
import { type Unread, unreadOf } from '../notifications/unread.ts'
import type { Message } from './queries.ts'

export type Seen = {
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
