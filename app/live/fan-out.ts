/** Finds out what the streams have to be told: each question is asked once for all whom it concerns. */
import type { Reader } from '../database/database.ts'
import type { Audience } from './audience.ts'
import { badgesOf, type Deliveries } from './deliveries.ts'
import { advanced, lateness, newRows, startOf, type Track, trackSince } from './place.ts'
import { homeSince, postsSince, readersAmong } from './post-queries.ts'
import { jobsUnderWay, mostRows, newsOf, type OwnJob, openSessions, statesOf } from './queries.ts'
import type { Stream } from './stream.ts'

/** Who is here, and what is about to be sent to them. */
export type Here = { audience: Audience; deliveries: Deliveries }

/** Brings a stream that has just opened from its place to the present. */
export async function welcome(db: Reader, stream: Stream, deliveries: Deliveries): Promise<void> {
  const now = Date.now()
  const posts = await homeSince(db, stream.owner.userId, startOf(stream.place.posts))
  deliveries.addPosts(stream, posts, now)
  await tellNews(db, [stream], deliveries)
}

/** Tells somebody's streams of their notifications and badges: one statement. */
export async function tellNews(db: Reader, streams: Stream[], deliveries: Deliveries): Promise<void> {
  const now = Date.now()
  const [first] = streams
  if (!first) return
  const starts = streams.map(({ place }) => startOf(place.notifications).getTime())
  const found = await newsOf(db, first.owner.userId, new Date(Math.min(...starts)))
  if (!found) return
  for (const stream of streams) {
    deliveries.addUnread(stream, found.unread)
    deliveries.addNews(stream, found.news, now)
  }
}

/**
 * Tells of the posts that are new since everybody's were looked at last: asks for them once, and once for each
 * author who of those here reads them. Returns how far they have been looked at now.
 */
export async function tellPosts(db: Reader, since: Track, { audience, deliveries }: Here): Promise<Track> {
  const now = Date.now()
  const found = await postsSince(db, startOf(since))
  if (found.length >= mostRows) {
    for (const stream of audience.all) deliveries.addPosts(stream, found, now)
    return trackSince(now)
  }
  const fresh = newRows(since, found)
  for (const [author, posts] of Map.groupBy(fresh, ({ userId }) => userId)) {
    const readers = await readersAmong(db, audience.ids, author)
    for (const stream of readers.flatMap(id => audience.of(id))) deliveries.addPosts(stream, posts, now)
  }
  return advanced(since, fresh, now)
}

/** Tells those whose jobs they are that they have got further; how far, their pages ask. */
export function tellJobs(jobs: OwnJob[], { audience, deliveries }: Here): void {
  for (const { id, userId } of jobs)
    for (const stream of audience.of(Number(userId))) deliveries.addJob(stream, id)
}

/** Nobody can say what has changed since then: the people here for whom something has. */
export async function changedSince(db: Reader, since: number, audience: Audience): Promise<number[]> {
  const states = await statesOf(db, audience.ids, new Date(since - lateness))
  return states.flatMap(({ id, isTold, ...unread }) => {
    const badges = badgesOf(unread)
    return isTold || audience.of(id).some(stream => stream.badges !== badges) ? [id] : []
  })
}

/** Jobs of the people here that may have got further since then. */
export function jobsSince(db: Reader, since: number, audience: Audience): Promise<OwnJob[]> {
  return jobsUnderWay(db, audience.ids, new Date(since - lateness))
}

/** Those of the streams whose sessions have ended; when the others' will is noted with them. */
export async function endedAmong(db: Reader, streams: Stream[]): Promise<Stream[]> {
  const ids = streams.map(({ owner }) => owner.sessionId)
  const open = ids.length > 0 ? await openSessions(db, ids, new Date()) : new Map<number, Date>()
  return streams.filter(({ owner }) => {
    owner.expiresAt = open.get(owner.sessionId) ?? owner.expiresAt
    return !open.has(owner.sessionId)
  })
}
