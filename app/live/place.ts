/**
 * Where a stream is, so that it can go on on another connection, in another process, without missing or
 * doubling anything. A transaction may stay open for ten seconds, and another machine's clock may be a little
 * off: a row can become visible that long after the time that it bears. So a place is a moment up to which
 * everything has been looked at, and the rows sent from the seconds before it.
 */
export type Row = { id: number; createdAt: Date }
export type Track = {
  /** Milliseconds: what was visible then has been sent. */
  upTo: number
  /** What was sent of the time that is looked at again. */
  sent: Row[]
}
export type Place = { notifications: Track; posts: Track }

/** Milliseconds that a row may be late. */
export const lateness = 12_000
/** Of a burst that is larger than this, a few may come twice: an id must fit into a header. */
const mostSent = 500

/** The beginning of a stream for a page that was made at that moment, and shows what there was then. */
export function placeSince(moment: number): Place {
  return { notifications: trackSince(moment), posts: trackSince(moment) }
}

export function trackSince(moment: number): Track {
  return { upTo: moment + lateness, sent: [] }
}

/** The moment from which on rows have to be looked at. */
export function startOf({ upTo }: Track): Date {
  return new Date(upTo - lateness)
}

/** The rows that the stream has not sent. A row that has moved in time is news again. */
export function newRows<Found extends Row>(track: Track, rows: Found[]): Found[] {
  const start = startOf(track)
  const sent = new Set(track.sent.map(keyOf))
  return rows.filter(row => row.createdAt > start && !sent.has(keyOf(row)))
}

function keyOf({ id, createdAt }: Row): string {
  return `${id}.${createdAt.getTime()}`
}

/** The same track after rows were sent, and all that was visible at `upTo` looked at. */
export function advanced(track: Track, rows: Row[], upTo: number): Track {
  const moved = { upTo: Math.max(track.upTo, upTo), sent: [] }
  const start = startOf(moved)
  return { ...moved, sent: [...track.sent, ...rows].filter(({ createdAt }) => createdAt > start) }
}

/** The place as the id of an event. */
export function idOf({ notifications, posts }: Place): string {
  return `${textOf(notifications)}~${textOf(posts)}`
}

function textOf({ upTo, sent }: Track): string {
  let previous = 0
  const rows = sent.slice(-mostSent).toSorted((a, b) => a.id - b.id)
  const texts = rows.map(({ id, createdAt }) => {
    const text = `${(id - previous).toString(36)}.${(upTo - createdAt.getTime()).toString(36)}`
    previous = id
    return text
  })
  return [upTo.toString(36), ...texts].join(',')
}

const track = '[0-9a-z]{1,10}(?:,[0-9a-z]{1,11}\\.-?[0-9a-z]{1,10})*'
const id = new RegExp(`^(${track})~(${track})$`)

/** The place of an event's id, or of the moment (milliseconds) when a page was made; null of anything else. */
export function placeOf(text: string): Place | null {
  const place = /^\d{12,14}$/.test(text) ? placeSince(Number(text)) : placeOfId(text)
  // No clock is an hour fast.
  const latest = Date.now() + 3_600_000
  return place && place.notifications.upTo < latest && place.posts.upTo < latest ? place : null
}

function placeOfId(text: string): Place | null {
  const [, notifications, posts] = id.exec(text) ?? []
  return notifications && posts ? { notifications: trackOf(notifications), posts: trackOf(posts) } : null
}

function trackOf(text: string): Track {
  const [first = '', ...texts] = text.split(',')
  const upTo = Number.parseInt(first, 36)
  let id = 0
  const sent = texts.slice(0, mostSent).map(text => {
    const [step = '', age = ''] = text.split('.')
    id += Number.parseInt(step, 36)
    return { id, createdAt: new Date(upTo - Number.parseInt(age, 36)) }
  })
  return { upTo, sent }
}
