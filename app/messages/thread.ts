import type { Page } from '../database/cursor.ts'
import { pageLinks } from '../database/cursor.ts'
import type { DateFormats } from '../locales/formats.ts'
import type { Correspondent } from './correspondent-queries.ts'
import type { Message } from './queries.ts'

/** The messages of one of the reader's days, oldest first. */
export type Day = { date: Date; messages: Message[] }

/** A page of a conversation as the templates show it, oldest first. */
export type Thread = {
  days: Day[]
  newer: string | null
  older: string | null
  /** The cursor of its last message, after which new ones are loaded; null without messages. */
  end: string | null
}

export function threadPath({ username }: Pick<Correspondent, 'username'>): string {
  return `/messages/@${username}`
}

/** Groups a page of messages by the reader's days, oldest first. */
export function threadOf(page: Page<Message>, other: Correspondent, { isoDay }: DateFormats): Thread {
  const days: Day[] = []
  for (const message of page.rows.toReversed()) {
    const last = days.at(-1)
    if (last && isoDay(last.date) === isoDay(message.createdAt)) last.messages.push(message)
    else days.push({ date: message.createdAt, messages: [message] })
  }
  const [newest] = page.rows
  const end = newest ? `${newest.createdAt.getTime()}-${newest.id}` : null
  return { days, ...pageLinks(page, threadPath(other)), end }
}
