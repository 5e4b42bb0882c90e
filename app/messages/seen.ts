import type { FastifyRequest } from 'fastify'
import type { Cursor, Page } from '../database/cursor.ts'
import { isUnavailable } from '../database/errors.ts'
import type { MemberRequest } from '../people/viewer.ts'
import type { Correspondent } from './correspondent-queries.ts'
import type { Message } from './queries.ts'
import { markMessagesRead } from './reading-queries.ts'

type Shown = { other: Correspondent; page: Page<Message>; cursor: Cursor }

/**
 * Marks a conversation as read up to the last message that this answer shows, if it shows the end of it and
 * somebody looks at it; the badges of the same answer know already. Where nothing can be written just now,
 * the conversation is shown all the same.
 */
export async function markSeen(request: MemberRequest, { other, page, cursor }: Shown): Promise<void> {
  const { server, log } = request
  const { conversationId, unread } = other
  if (conversationId === null || unread === 0 || page.newer !== null || !isSeen(request)) return
  const upTo = page.rows[0] ?? { createdAt: cursor.time, id: cursor.id }
  const seen = { userId: request.viewer.id, conversationId, upTo }
  try {
    request.unread = await server.db.transaction(tx => markMessagesRead(tx, seen, new Date()))
  } catch (error) {
    if (!isUnavailable(error)) throw error
    log.warn({ err: error }, 'the messages were not marked as read')
  }
}

/** Whether somebody looks at the answer: nobody does at what a browser fetches beforehand, nor at headers alone. */
export function isSeen({ method, headers }: FastifyRequest): boolean {
  const purpose = String([headers['sec-purpose'], headers['purpose']])
  return method === 'GET' && !purpose.includes('prefetch')
}
