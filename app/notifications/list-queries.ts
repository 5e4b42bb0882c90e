/** Reads a person's notifications. */
import { type Cursor, keysetList, type Page } from '../database/cursor.ts'
import { prepared, type Reader } from '../database/database.ts'
import { notifications, posts, users } from '../database/schema.ts'
import { and, eq, sql } from '../database/sql.ts'
import { isOpen, viewerId } from '../people/visibility.ts'
import { excerptColumn } from '../posts/excerpt.ts'
import { others } from './groups.ts'
import type { NotificationKind } from './kinds.ts'
import type { Own } from './queries.ts'
import { isShown } from './shown.ts'

export type Notification = {
  id: number
  kind: NotificationKind
  /** The person who caused it, the newest of a group; null for the site itself, or an account that is being deleted. */
  actor: { id: number; username: string; displayName: string } | null
  /** How many people besides the actor did the same to the post. */
  others: number
  /** The beginning of its post, if it is about one. */
  post: { id: number; beginning: string; language: string | null } | null
  conversationId: number | null
  createdAt: Date
  readAt: Date | null
}

/** Needs left joins with users and posts. */
const notificationColumns = {
  id: notifications.id,
  kind: sql<NotificationKind>`${notifications.kind}`,
  actor: { id: users.id, username: users.username, displayName: users.displayName },
  others,
  post: {
    id: posts.id,
    beginning: excerptColumn,
    language: posts.language,
  },
  conversationId: notifications.conversationId,
  createdAt: notifications.createdAt,
  readAt: notifications.readAt,
}

const actor = and(eq(users.id, notifications.actorId), isOpen)
const isShownToViewer = isShown(viewerId)

const notificationsOf = keysetList<Notification>(
  'notifications',
  { time: notifications.createdAt, id: notifications.id },
  (db, place) =>
    db
      .select(notificationColumns)
      .from(notifications)
      .leftJoin(users, actor)
      .leftJoin(posts, eq(posts.id, notifications.postId))
      .where(and(eq(notifications.userId, viewerId), isShownToViewer, place.beyond))
      .orderBy(...place.order)
      .limit(place.limit),
)

/** A page of the viewer's notifications, newest first, in one statement. */
export function notificationList(db: Reader, viewer: number, cursor: Cursor): Promise<Page<Notification>> {
  return notificationsOf(db, { viewer }, cursor)
}

const ownNotification = prepared<{ id: number; viewer: number }, Notification[]>('notification', db =>
  db
    .select(notificationColumns)
    .from(notifications)
    .leftJoin(users, actor)
    .leftJoin(posts, eq(posts.id, notifications.postId))
    .where(
      and(eq(notifications.id, sql.placeholder('id')), eq(notifications.userId, viewerId), isShownToViewer),
    ),
)

/** A person's own notification. */
export async function findNotification(db: Reader, { id, userId }: Own): Promise<Notification | undefined> {
  return (await ownNotification(db, { id, viewer: userId }))[0]
}
