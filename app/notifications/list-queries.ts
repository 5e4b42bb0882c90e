/** What somebody was told, as they read it. */
import { type Cursor, keysetList, type Page } from '../database/cursor.ts'
import { prepared, type Reader } from '../database/database.ts'
import { notifications, posts, users } from '../database/schema.ts'
import { and, eq, isNull, or, sql } from '../database/sql.ts'
import { viewerId, visiblePeople } from '../people/visibility.ts'
import type { NotificationKind } from './kinds.ts'
import { hasKnownKind, type Own } from './queries.ts'

export type Notification = {
  id: number
  kind: NotificationKind
  /** Who caused it; null for what the site itself has done. */
  actor: { id: number; username: string; displayName: string } | null
  /** What it is about, if that is a post: its beginning. */
  post: { id: number; beginning: string; language: string | null } | null
  conversationId: number | null
  createdAt: Date
  readAt: Date | null
}

/** The columns of a notification as every list shows it; needs left joins with users and posts. */
const notificationColumns = {
  id: notifications.id,
  kind: sql<NotificationKind>`${notifications.kind}`,
  actor: { id: users.id, username: users.username, displayName: users.displayName },
  post: {
    id: posts.id,
    beginning: sql<string>`substr(${posts.body}, 1, 280)`,
    language: posts.language,
  },
  conversationId: notifications.conversationId,
  createdAt: notifications.createdAt,
  readAt: notifications.readAt,
}

/** The site itself has done it, or a person whom the viewer sees. */
const isShown = and(hasKnownKind, or(isNull(notifications.actorId), visiblePeople()))

const notificationsOf = keysetList<Notification>(
  'notifications',
  { time: notifications.createdAt, id: notifications.id },
  (db, place) =>
    db
      .select(notificationColumns)
      .from(notifications)
      .leftJoin(users, eq(users.id, notifications.actorId))
      .leftJoin(posts, eq(posts.id, notifications.postId))
      .where(and(eq(notifications.userId, viewerId), isShown, place.beyond))
      .orderBy(...place.order)
      .limit(place.limit),
)

/** A page of what somebody was told, newest first: one statement. */
export function notificationList(db: Reader, viewer: number, cursor: Cursor): Promise<Page<Notification>> {
  return notificationsOf(db, { viewer }, cursor)
}

const ownNotification = prepared<{ id: number; viewer: number }, Notification[]>('notification', db =>
  db
    .select(notificationColumns)
    .from(notifications)
    .leftJoin(users, eq(users.id, notifications.actorId))
    .leftJoin(posts, eq(posts.id, notifications.postId))
    .where(and(eq(notifications.id, sql.placeholder('id')), eq(notifications.userId, viewerId), isShown)),
)

/** Somebody's own notification. */
export async function findNotification(db: Reader, { id, userId }: Own): Promise<Notification | undefined> {
  return (await ownNotification(db, { id, viewer: userId }))[0]
}
