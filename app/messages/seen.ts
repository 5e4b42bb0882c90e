import type { FastifyRequest } from 'fastify'
import type { Cursor, Page } from '../database/cursor.ts'
import { isUnavailable } from '../database/errors.ts'
import type { MemberRequest } from '../people/viewer.ts'
import type { Correspondent } from './correspondent-queries.ts'
import { type Message, markMessagesRead } from './queries.ts'

type Shown = { other: Correspondent; page: Page<Message>; cursor: Cursor }

/**
 * Marks a conversation as read until the last message of this response, if it shows the end of the conversation and is
 * not prefetched; the badges of the same response are updated. While the database is read-only, nothing is marked.
 */
export async function markSeen(request: MemberRequest, { other, page, cursor }: Shown): Promise<void> {
  const { server, log } = request
  const { conversationId, unread } = other
  if (conversationId === null || unread === 0 || page.newer !== null || !isSeen(request)) return
  const until = page.rows[0] ?? { createdAt: cursor.time, id: cursor.id }
  const seen = { userId: request.viewer.id, conversationId, until }
  try {
    request.unread = await server.db.transaction(tx => markMessagesRead(tx, seen, new Date()))
  } catch (error) {
    if (!isUnavailable(error)) throw error
    log.warn({ err: error }, 'the messages were not marked as read')
  }
}

/** Whether a person wants to see the response: not for a prefetch, a HEAD request, or a link on another site. */
export function isSeen({ method, headers }: FastifyRequest): boolean {
  const purpose = String([headers['sec-purpose'], headers['purpose']])
  return method === 'GET' && !purpose.includes('prefetch') && headers['sec-fetch-site'] !== 'cross-site'
}
