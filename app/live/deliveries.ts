import { sentenceOf } from '../notifications/kinds.ts'
import type { Unread } from '../notifications/unread.ts'
import { advanced, newRows, type Place, type Row, type Track, trackSince } from './place.ts'
import { mostRows, type News } from './queries.ts'
import type { Item, Owner, Stream } from './stream.ts'

/** What a stream is about to send, and where it will be then. */
type Delivery = { items: Item[]; place: Place; badges: string }

/** After so many, one `reset` says more than each of them. */
const mostItems = 100

/** What is being found out for the streams: sent together when all of it is known, or forgotten if it cannot be. */
export class Deliveries {
  readonly #deliveries = new Map<Stream, Delivery>()

  /** The streams that have something to send. */
  get streams(): Stream[] {
    return [...this.#deliveries].flatMap(([stream, { items }]) => (items.length > 0 ? [stream] : []))
  }

  addUnread(stream: Stream, unread: Unread): void {
    const delivery = this.#to(stream)
    const { unreadNotifications: notifications, unreadMessages: messages } = unread
    const badges = badgesOf(unread)
    if (badges === delivery.badges) return
    const { t } = stream.owner
    const count = (count: number) => t('nav.unread', { count })
    const words = { notifications: count(notifications), messages: count(messages) }
    delivery.items.push({ type: 'badges', notifications, messages, words })
    delivery.badges = badges
  }

  /** Adds those of the notifications that are news to the stream, after all that were visible at `upTo`. */
  addNews(stream: Stream, news: News[], upTo: number): void {
    const { items, place } = this.#to(stream)
    const seen = look(place.notifications, news, upTo)
    items.push(...itemsOf(seen, row => notificationItem(row, stream.owner)))
    place.notifications = seen.track
  }

  /** The same with posts. */
  addPosts(stream: Stream, posts: Row[], upTo: number): void {
    const { items, place } = this.#to(stream)
    const seen = look(place.posts, posts, upTo)
    items.push(...itemsOf(seen, ({ id }) => ({ type: 'post', id })))
    place.posts = seen.track
  }

  addJob(stream: Stream, id: number): void {
    this.#to(stream).items.push({ type: 'job', id })
  }

  /** Sends all of it; everybody's posts have been looked at up to that moment. */
  send(postsUpTo: number): void {
    for (const [stream, { items, place, badges }] of this.#deliveries) {
      stream.place = { ...place, posts: advanced(place.posts, [], postsUpTo) }
      stream.badges = badges
      if (items.length > 0) stream.send(items)
    }
  }

  #to(stream: Stream): Delivery {
    let delivery = this.#deliveries.get(stream)
    if (!delivery) {
      delivery = { items: [], place: { ...stream.place }, badges: stream.badges }
      this.#deliveries.set(stream, delivery)
    }
    return delivery
  }
}

/** The badges as a text, to be compared. */
export function badgesOf({ unreadNotifications, unreadMessages }: Unread): string {
  return `${unreadNotifications}.${unreadMessages}`
}

/** What is new among the rows, or null if it is too much to tell. */
type Seen<Found> = { rows: Found[] | null; track: Track }

function look<Found extends Row>(track: Track, found: Found[], upTo: number): Seen<Found> {
  const rows = newRows(track, found)
  const isTooMuch = rows.length > mostItems || found.length >= mostRows
  if (isTooMuch) return { rows: null, track: trackSince(upTo) }
  return { rows, track: advanced(track, rows, upTo) }
}

function itemsOf<Found>({ rows }: Seen<Found>, itemOf: (row: Found) => Item): Item[] {
  return rows ? rows.map(itemOf) : [{ type: 'reset' }]
}

function notificationItem(news: News, { t }: Owner): Item {
  const { id, kind, actorName, conversationId, createdAt } = news
  const sentence = sentenceOf(kind, actorName, t)
  const about = conversationId === null ? {} : { conversationId }
  return {
    type: 'notification',
    id,
    kind,
    ...about,
    at: createdAt.toISOString(),
    sentence,
    href: `/notifications/${id}`,
  }
}
