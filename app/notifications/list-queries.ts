/** What somebody was told, as they read it. */
import { type Cursor, keysetList, type Page } from '../database/cursor.ts'
import type { Reader } from '../database/database.ts'
import { notifications, posts, users } from '../database/schema.ts'
import { and, eq, sql } from '../database/sql.ts'
import { isOwn, type NotificationKind, type Own } from './queries.ts'

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

const notificationsOf = keysetList<Notification>(
  'notifications',
  { time: notifications.createdAt, id: notifications.id },
  (db, place) =>
    db
      .select(notificationColumns)
      .from(notifications)
      .leftJoin(users, eq(users.id, notifications.actorId))
      .leftJoin(posts, eq(posts.id, notifications.postId))
      .where(and(eq(notifications.userId, sql.placeholder('user')), place.beyond))
      .orderBy(...place.order)
      .limit(place.limit),
)

/** A page of what somebody was told, newest first: one statement. */
export function notificationList(db: Reader, user: number, cursor: Cursor): Promise<Page<Notification>> {
  return notificationsOf(db, { user }, cursor)
}

/** Somebody's own notification. */
export async function findNotification(db: Reader, own: Own): Promise<Notification | undefined> {
  const [found] = await db
    .select(notificationColumns)
    .from(notifications)
    .leftJoin(users, eq(users.id, notifications.actorId))
    .leftJoin(posts, eq(posts.id, notifications.postId))
    .where(isOwn(own))
  return found
}
