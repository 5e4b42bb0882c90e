import type { FastifyInstance, FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { cursorOf, isPastTheEnd, pageLinks } from '../database/cursor.ts'
import { isUnavailable } from '../database/errors.ts'
import { CursorQuery } from '../http/cursor-query.ts'
import { Problem } from '../http/errors.ts'
import { IdParams } from '../http/params.ts'
import { isSeen } from '../messages/seen.ts'
import { type MemberRequest, memberRoutes } from '../people/viewer.ts'
import { beginningOf } from '../posts/excerpt.ts'
import { type Sidebar, siteSidebar } from '../site/sidebar.ts'
import { kinds, sentenceOf } from './kinds.ts'
import {
  findNotification,
  type Notification,
  type NotificationTab,
  notificationList,
} from './list-queries.ts'
import { markAllRead, markRead } from './queries.ts'
import settings from './settings-routes.ts'

/** The time of the page (milliseconds) until which notifications are marked as read; all without it. */
const ReadForm = Type.Object({ upTo: Type.Optional(Type.String({ pattern: '^\\d{1,14}$' })) })
type ReadForm = Type.Static<typeof ReadForm>

type ShownNotification = Notification & { sentence: string; beginning: string | null; icon: string }

declare module '../http/views.ts' {
  interface Pages {
    'notifications/index': {
      tab: NotificationTab
      notifications: ShownNotification[]
      newer: string | null
      older: string | null
      sidebar: Sidebar | null
    }
  }
}

type ListRequest = MemberRequest<{ Querystring: CursorQuery }>
type OpenRequest = MemberRequest<{ Params: IdParams }>
type ReadRequest = MemberRequest<{ Body: ReadForm }>

export default async function notifications(app: FastifyInstance) {
  app.register(settings)
  const members = memberRoutes(app)
  const list = { schema: { querystring: CursorQuery } }
  members.get('/notifications', list, showNotifications('all'))
  members.get('/notifications/mentions', list, showNotifications('mentions'))
  members.get('/notifications/:id', { schema: { params: IdParams } }, openNotification)
  members.post('/notifications/read', { schema: { body: ReadForm } }, readAll)
}

function showNotifications(tab: NotificationTab) {
  const path = tab === 'all' ? '/notifications' : '/notifications/mentions'
  return async (request: ListRequest, reply: FastifyReply) => {
    const cursor = cursorOf(request.query)
    const [page, sidebar] = await Promise.all([
      notificationList(request.server.db, { viewer: request.viewer.id, tab }, cursor),
      siteSidebar(request),
    ])
    if (isPastTheEnd(page, cursor)) return reply.redirect(path, 303)
    const notifications = page.rows.map(row => ({
      ...row,
      sentence: sentenceOf({ ...row, actorName: row.actor?.displayName ?? null }, request.t),
      beginning: row.post && beginningOf(row.post, request.t),
      icon: kinds[row.kind].icon,
    }))
    return reply.page('notifications/index', { tab, notifications, sidebar, ...pageLinks(page, path) })
  }
}

/** Redirects to the subject of a notification and marks it as read. */
async function openNotification(request: OpenRequest, reply: FastifyReply) {
  const own = { id: request.params.id, userId: request.viewer.id }
  const notification = await findNotification(request.server.db, own)
  if (!notification) throw new Problem(404)
  if (!notification.readAt && isSeen(request)) await readIfPossible(request, own)
  return reply.header('cache-control', 'no-store').redirect(kinds[notification.kind].path(notification), 303)
}

/** While the database is read-only, the redirect still works. */
async function readIfPossible({ server, log }: OpenRequest, own: { id: number; userId: number }) {
  try {
    await server.db.transaction(tx => markRead(tx, own, new Date()))
  } catch (error) {
    if (!isUnavailable(error)) throw error
    log.warn({ err: error }, 'the notification was not marked as read')
  }
}

async function readAll(request: ReadRequest, reply: FastifyReply) {
  const { id: userId } = request.viewer
  const now = new Date()
  const until = request.body.upTo ? new Date(Number(request.body.upTo)) : now
  await request.server.db.transaction(tx => markAllRead(tx, { userId, until }, now))
  return reply.flash('notifications.all_read').redirect('/notifications', 303)
}
