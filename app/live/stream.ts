import type { ServerResponse } from 'node:http'
import type { Translate } from '../locales/translate.ts'
import { sentenceOf } from '../notifications/kinds.ts'
import type { SessionState } from './queries.ts'

/** What is true for a person now: each of their pages compares it with what it shows. */
export type LiveState = ReturnType<typeof liveStateOf>

/** Whose stream it is, and how they read. */
export type Owner = {
  userId: number
  sessionId: number
  expiresAt: Date
  t: Translate
  /** The first post of the thread that the page shows. */
  thread?: number | undefined
}

/** Bytes that may wait for a slow reader. Past it the connection is dropped; the browser reconnects. */
const maxWaiting = 64 * 1024

/** Tells a browser that is not signed in any more not to reconnect. */
export const over = 'event: over\ndata: {}\n\n'

/**
 * One open connection of server-sent events.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export class Stream {
  readonly owner: Owner
  readonly #raw: ServerResponse
  #state: SessionState | null = null
  /** When the newest reply in the owner's thread was written that they see. */
  #newestReplyAt: Date | null = null
  /** The state as it was sent last. */
  #sent = ''

  constructor(raw: ServerResponse, owner: Owner) {
    this.#raw = raw
    this.owner = owner
  }

  /** Sends the state, if the page would notice a difference. */
  update(state: SessionState): void {
    this.#state = state
    this.owner.expiresAt = state.expiresAt
    const text = JSON.stringify(liveStateOf(state, this.owner, this.#newestReplyAt))
    if (text !== this.#sent) this.#write(`event: state\ndata: ${text}\n\n`)
    this.#sent = text
  }

  /** Sends the state with a newer post at Home, if it is newer. */
  updatePost(newestPostAt: Date | null): void {
    const state = this.#state
    if (state && Number(newestPostAt) > Number(state.newestPostAt)) this.update({ ...state, newestPostAt })
  }

  /** Sends the state with a newer reply in the owner's thread. */
  updateThread(newestReplyAt: Date | null): void {
    this.#newestReplyAt = newestReplyAt
    if (this.#state) this.update(this.#state)
  }

  /** A comment, from which proxies and browsers see that the connection is alive. */
  beat(): void {
    this.#write(':\n\n')
  }

  /** Ends the connection; the browser will reconnect. */
  end(): void {
    this.#raw.end()
  }

  /** Ends the connection for good. */
  finish(): void {
    this.#raw.end(over)
  }

  #write(text: string): void {
    if (this.#raw.destroyed || this.#raw.writableEnded) return
    this.#raw.write(text)
    if (this.#raw.writableLength > maxWaiting) this.#raw.destroy()
  }
}

function liveStateOf(state: SessionState, { t, thread }: Owner, newestReplyAt: Date | null) {
  const { unreadNotifications, unreadMessages, notification, newestPostAt, jobs } = state
  return {
    /** Unread, at most 100. */
    notifications: unreadNotifications,
    messages: unreadMessages,
    words: {
      notifications: t('nav.unread', { count: unreadNotifications }),
      messages: t('nav.unread', { count: unreadMessages }),
    },
    /** The newest, unless it is read; `at` (ISO 8601) is later when the same happens again. */
    notification: notification && {
      id: notification.id,
      at: notification.createdAt.toISOString(),
      sentence: sentenceOf({ ...notification, others: state.others }, t),
      conversationId: notification.conversationId,
    },
    /** When the newest post at Home was written (ISO 8601). */
    newestPostAt: newestPostAt?.toISOString() ?? null,
    /** The thread of the page, and when its newest reply was written (ISO 8601). */
    thread: thread === undefined ? null : { id: thread, newestAt: newestReplyAt?.toISOString() ?? null },
    /** Another text whenever an unfinished job has moved. */
    jobs: jobs ?? '',
  }
}
