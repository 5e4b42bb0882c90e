/** Writes notifications, takes them back and marks them as read. */
import type { CacheTag } from '../database/cache-tags.ts'
import type { Writer } from '../database/database.ts'
import { notifications } from '../database/schema.ts'
import { and, eq, inArray, isNull, lte } from '../database/sql.ts'
import { unmutedAmong } from '../mutes/queries.ts'
import { unblockedAmong } from '../people/visibility.ts'
import { kinds, type NotificationKind, subjectColumns, subjectOf } from './kinds.ts'
import { wantedAmong } from './settings-queries.ts'

export type NewNotification = {
  /** The recipient. */
  userId: number
  kind: NotificationKind
  /** The id of the kind's subject: a follower, a post, a conversation. */
  about: number
  /** The person who caused it: not notified themselves, nor is a person in a block with them. */
  actorId?: number
  /** The time of the event; by default now. */
  at?: Date
}

/** Notifies a person in the caller's transaction. */
export async function notify(tx: Writer, { userId, ...news }: NewNotification): Promise<void> {
  await notifyEach(tx, [userId], news)
}

/**
 * Notifies any number of people of the same event, in at most five statements: those who want it, and of a post only those
 * who have not muted its thread. Returns them.
 */
export async function notifyEach(
  tx: Writer,
  people: number[],
  { at = new Date(), about, ...news }: Omit<NewNotification, 'userId'>,
): Promise<number[]> {
  const { actorId } = news
  const others = people.filter(id => id !== actorId)
  if (others.length === 0) return []
  const { kind } = news
  const subject = subjectColumns(kind, about)
  const wanted = actorId === undefined ? others : await wantedFrom(tx, others, { kind, actorId })
  const audience = subject.postId === null ? wanted : await unmutedAmong(tx, wanted, subject.postId)
  if (audience.length === 0) return []
  const row = { ...news, ...subject, subject: subjectOf(kind, about), createdAt: at }
  tx.invalidates(...audience.map(userId => `viewer:${userId}` as const))
  const insertion = tx.insert(notifications).values(audience.map(userId => ({ ...row, userId })))
  const target = [notifications.userId, notifications.subject]
  await (kinds[kind].again
    ? insertion.onConflictDoUpdate({ target, set: { ...row, readAt: null } })
    : insertion.onConflictDoNothing({ target }))
  return audience
}

async function wantedFrom(tx: Writer, people: number[], news: { kind: NotificationKind; actorId: number }) {
  return wantedAmong(tx, await unblockedAmong(tx, people, news.actorId), news)
}

/** Takes back what `notifyEach` told people of a subject, because it is no longer so. */
export async function retract(
  tx: Writer,
  people: number[],
  { kind, about }: Pick<NewNotification, 'kind' | 'about'>,
): Promise<void> {
  if (people.length === 0) return
  const { userId, subject } = notifications
  tx.invalidates(...people.map(id => `viewer:${id}` as const))
  await tx.delete(notifications).where(and(inArray(userId, people), eq(subject, subjectOf(kind, about))))
}

export type Own = { id: number; userId: number }

export function isOwn({ id, userId }: Own) {
  return and(eq(notifications.id, id), eq(notifications.userId, userId))
}

/** Marks a person's own notification as read; true if it was unread. */
export async function markRead(tx: Writer, own: Own, now: Date): Promise<boolean> {
  tx.invalidates(`viewer:${own.userId}`)
  const marked = await tx
    .update(notifications)
    .set({ readAt: now })
    .where(and(isOwn(own), isNull(notifications.readAt)))
    .returning({ id: notifications.id })
  return marked.length > 0
}

/** Marks all notifications until a time as read, because the person has not seen later ones. */
export async function markAllRead(
  tx: Writer,
  { userId, until }: { userId: number; until: Date },
  now: Date,
): Promise<void> {
  const { createdAt, readAt } = notifications
  tx.invalidates(`viewer:${userId}`)
  await tx
    .update(notifications)
    .set({ readAt: now })
    .where(and(eq(notifications.userId, userId), isNull(readAt), lte(createdAt, until)))
}

/** Marks the notification of a subject as read when the person has seen the subject itself. */
export async function markSubjectRead(
  tx: Writer,
  { userId, kind, about }: Pick<NewNotification, 'userId' | 'kind' | 'about'>,
  now: Date,
): Promise<void> {
  const ofSubject = and(eq(notifications.userId, userId), eq(notifications.subject, subjectOf(kind, about)))
  tx.invalidates(`viewer:${userId}`)
  await tx
    .update(notifications)
    .set({ readAt: now })
    .where(and(ofSubject, isNull(notifications.readAt)))
}

/** The cache tags of people whose notifications of these posts are deleted with the posts, by cascade. */
export async function tagsOfNotified(tx: Writer, postIds: number[]): Promise<CacheTag[]> {
  const rows = await tx
    .selectDistinct({ userId: notifications.userId })
    .from(notifications)
    .where(inArray(notifications.postId, postIds))
  return rows.map(({ userId }) => `viewer:${userId}` as const)
}

/** The cache tags of people whose badge counts notifications that this person caused. */
export async function tagsOfToldBy(tx: Writer, actorId: number): Promise<CacheTag[]> {
  const rows = await tx
    .selectDistinct({ userId: notifications.userId })
    .from(notifications)
    .where(and(eq(notifications.actorId, actorId), isNull(notifications.readAt)))
  return rows.map(({ userId }) => `viewer:${userId}` as const)
}
