import type { ServerResponse } from 'node:http'
import type { Translate } from '../locales/translate.ts'
import type { NotificationKind } from '../notifications/kinds.ts'
import { idOf, type Place } from './place.ts'

/** What a page is told; its elements hear of it as the event `live` of the document. */
export type Item =
  | {
      type: 'badges'
      notifications: number
      messages: number
      words: Record<'notifications' | 'messages', string>
    }
  | {
      type: 'notification'
      id: number
      kind: NotificationKind
      conversationId?: number
      /** When (ISO 8601): being told again, it is another event. */
      at: string
      sentence: string
      href: string
    }
  | { type: 'post'; id: number }
  /** A job of theirs has got further. */
  | { type: 'job'; id: number }
  /** More has happened than is worth telling: what is on the page should be looked up again. */
  | { type: 'reset' }

/** What is sent in one piece, and when (milliseconds, by the clock that pages are made by). */
export type Frame = { at: number; items: Item[] }

/** Whose stream it is, and how they read. */
export type Owner = { userId: number; sessionId: number; expiresAt: Date; t: Translate }

/** Bytes that may wait for a slow reader. Past it the connection is dropped; the browser comes back and goes on. */
const mostWaiting = 64 * 1024

/** Tells a browser that is not signed in any more not to come back. */
export const over = 'event: over\ndata: {}\n\n'

/**
 * One open connection of server-sent events.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export class Stream {
  readonly owner: Owner
  place: Place
  /** The badges as they were sent last. */
  badges = ''
  readonly #raw: ServerResponse

  constructor(raw: ServerResponse, owner: Owner, place: Place) {
    this.#raw = raw
    this.owner = owner
    this.place = place
  }

  /** Sends what has happened in one piece, so that it arrives with the place after it or not at all. */
  send(items: Item[]): void {
    const frame: Frame = { at: Date.now(), items }
    this.#write(`id: ${idOf(this.place)}\ndata: ${JSON.stringify(frame)}\n\n`)
  }

  /** A comment, from which proxies and browsers see that the connection is alive. */
  beat(): void {
    this.#write(':\n\n')
  }

  /** Ends the connection; the browser will come back. */
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
    if (this.#raw.writableLength > mostWaiting) this.#raw.destroy()
  }
}
