/** How somebody is told of something, and how it comes to be read. */
import type { Writer } from '../database/database.ts'
import { notifications } from '../database/schema.ts'
import { and, eq, inArray, isNull, lte } from '../database/sql.ts'
import { unblockedAmong } from '../people/visibility.ts'
import { kindNames, kinds, type NotificationKind, subjectOf } from './kinds.ts'

/** A row of a kind that this version of the site does not know, because a newer one wrote it, is neither shown nor counted. */
export const hasKnownKind = inArray(notifications.kind, kindNames)

export type NewNotification = {
  /** Who is told. */
  userId: number
  kind: NotificationKind
  /** The id of what it is about: a follower, a post, a conversation. */
  about: number
  /** Who caused it; nobody is told of what they did themselves, or what somebody they are apart from did. */
  actorId?: number
  postId?: number
  conversationId?: number
  /** When it happened: now, if not given. */
  at?: Date
}

/** Tells somebody of something, in the transaction that causes it. */
export async function notify(tx: Writer, { userId, ...news }: NewNotification): Promise<void> {
  await notifyEach(tx, [userId], news)
}

/** Tells people of the same thing: two statements, however many they are. */
export async function notifyEach(
  tx: Writer,
  people: number[],
  { at = new Date(), about, ...news }: Omit<NewNotification, 'userId'>,
): Promise<void> {
  const { actorId } = news
  const others = people.filter(id => id !== actorId)
  if (others.length === 0) return
  const audience = actorId === undefined ? others : await unblockedAmong(tx, others, actorId)
  if (audience.length === 0) return
  const told = { ...news, subject: subjectOf(news.kind, about), createdAt: at }
  tx.invalidates(...audience.map(userId => `viewer:${userId}` as const))
  const insertion = tx.insert(notifications).values(audience.map(userId => ({ ...told, userId })))
  const target = [notifications.userId, notifications.subject]
  await (kinds[news.kind].again
    ? insertion.onConflictDoUpdate({ target, set: { ...told, readAt: null } })
    : insertion.onConflictDoNothing({ target }))
}

/** Somebody's own notification. */
export type Own = { id: number; userId: number }

export function isOwn({ id, userId }: Own) {
  return and(eq(notifications.id, id), eq(notifications.userId, userId))
}

/** Marks somebody's own notification as read; true if it was unread. */
export async function markRead(tx: Writer, own: Own, now: Date): Promise<boolean> {
  tx.invalidates(`viewer:${own.userId}`)
  const marked = await tx
    .update(notifications)
    .set({ readAt: now })
    .where(and(isOwn(own), isNull(notifications.readAt)))
    .returning({ id: notifications.id })
  return marked.length > 0
}

/** Marks as read all that somebody was told up to then: what came later, they have not seen. */
export async function markAllRead(
  tx: Writer,
  { userId, upTo }: { userId: number; upTo: Date },
  now: Date,
): Promise<void> {
  const { createdAt, readAt } = notifications
  tx.invalidates(`viewer:${userId}`)
  await tx
    .update(notifications)
    .set({ readAt: now })
    .where(and(eq(notifications.userId, userId), isNull(readAt), lte(createdAt, upTo)))
}

/** Marks as read the notification about something that the person has seen itself. */
export async function markSubjectRead(
  tx: Writer,
  { userId, kind, about }: Pick<NewNotification, 'userId' | 'kind' | 'about'>,
  now: Date,
): Promise<void> {
  const told = and(eq(notifications.userId, userId), eq(notifications.subject, subjectOf(kind, about)))
  tx.invalidates(`viewer:${userId}`)
  await tx
    .update(notifications)
    .set({ readAt: now })
    .where(and(told, isNull(notifications.readAt)))
}
