/** How a message comes to be read. */
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
  upTo: Pick<Message, 'id' | 'createdAt'>
}

/**
 * Leaves as unread what came after the last message that somebody has seen, and answers what is unread in all
 * now. What an earlier reading has left unread is never more again, however late this one is.
 */
export async function markMessagesRead(
  tx: Writer,
  { userId, conversationId, upTo }: Seen,
  now: Date,
): Promise<Unread> {
  const place = sql`(${sql.param(upTo.createdAt, messages.createdAt)}, ${sql.param(upTo.id, messages.id)})`
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
