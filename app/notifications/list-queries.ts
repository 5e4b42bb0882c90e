/** Reads a person's notifications. */
import { type Cursor, keysetList, type Page } from '../database/cursor.ts'
import { prepared, type Reader } from '../database/database.ts'
import { notifications, posts, users } from '../database/schema.ts'
import { and, eq, sql } from '../database/sql.ts'
import { type Author, authorColumns } from '../people/person.ts'
import { isOpen, viewerId } from '../people/visibility.ts'
import { excerptColumns } from '../posts/excerpt.ts'
import { others } from './groups.ts'
import { type NotificationKind, wordKinds } from './kinds.ts'
import type { Own } from './queries.ts'
import { isShown } from './shown.ts'

export type Notification = {
  id: number
  kind: NotificationKind
  /** The person who caused it, the newest of a group; null for the site itself, or an account that is being deleted. */
  actor: Author | null
  /** How many people besides the actor did the same to the post. */
  others: number
  /** The beginning of its post, if it is about one, or what that warns of. */
  post: { id: number; language: string | null; words: string; imageCount: number; alt: string | null } | null
  conversationId: number | null
  createdAt: Date
  readAt: Date | null
}

/** Needs left joins with users and posts. */
const notificationColumns = {
  id: notifications.id,
  kind: sql<NotificationKind>`${notifications.kind}`,
  actor: authorColumns,
  others,
  post: {
    id: posts.id,
    language: posts.language,
    ...excerptColumns,
  },
  conversationId: notifications.conversationId,
  createdAt: notifications.createdAt,
  readAt: notifications.readAt,
}

const actor = and(eq(users.id, notifications.actorId), isOpen)
const isShownToViewer = isShown(viewerId)

const isOwn = eq(notifications.userId, viewerId)
const keys = { time: notifications.createdAt, id: notifications.id }

/** Notifications with what they are about; from the table, or from rows of it under its name. */
function selectNotifications(db: Reader, rows: typeof notifications = notifications) {
  return db
    .select(notificationColumns)
    .from(rows)
    .leftJoin(users, actor)
    .leftJoin(posts, eq(posts.id, notifications.postId))
}

const allOf = keysetList<Notification>('notifications', keys, (db, place) =>
  selectNotifications(db)
    .where(and(isOwn, isShownToViewer, place.beyond))
    .orderBy(...place.order)
    .limit(place.limit),
)

/** A walk along the index for each kind: however many notifications there are, a page of each is read at most. */
const mentionsOf = keysetList<Notification>('mention_notifications', keys, (db, place) => {
  const pageOf = (kind: NotificationKind) => {
    const page = db
      .select()
      .from(notifications)
      .where(and(isOwn, eq(notifications.kind, kind), isShownToViewer, place.beyond))
      .orderBy(...place.order)
      .limit(place.limit)
    return db.select().from(page.as('page'))
  }
  const pages = wordKinds.map(pageOf).reduce((all, page) => all.unionAll(page) as typeof all)
  return selectNotifications(db, pages.as('notifications') as never)
    .orderBy(...place.order)
    .limit(place.limit)
})

/** What a list holds: everything, or words written to the viewer. */
export type NotificationTab = 'all' | 'mentions'

/** A page of the viewer's notifications, newest first, in one statement. */
export function notificationList(
  db: Reader,
  { viewer, tab }: { viewer: number; tab: NotificationTab },
  cursor: Cursor,
): Promise<Page<Notification>> {
  return (tab === 'all' ? allOf : mentionsOf)(db, { viewer }, cursor)
}

const ownNotification = prepared<{ id: number; viewer: number }, Notification[]>('notification', db =>
  selectNotifications(db).where(and(eq(notifications.id, sql.placeholder('id')), isOwn, isShownToViewer)),
)

/** A person's own notification. */
export async function findNotification(db: Reader, { id, userId }: Own): Promise<Notification | undefined> {
  return (await ownNotification(db, { id, viewer: userId }))[0]
}
