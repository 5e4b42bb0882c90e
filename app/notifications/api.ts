import type { FastifyInstance, FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { ListQuery, lists, operation, returns, returnsNothing } from '../api/schemas.ts'
import { cursorOf } from '../database/cursor.ts'
import { addFieldErrors, fieldErrorsOf } from '../http/forms.ts'
import { type MemberRequest, memberRoutes } from '../people/viewer.ts'
import { apiSettingsLimit } from '../settings/limit.ts'
import { notificationList } from './list-queries.ts'
import { markAllRead } from './queries.ts'
import { NotificationSettingsResource, serializeNotification } from './serializer.ts'
import {
  findNotificationSettings,
  type NotificationSettings,
  saveNotificationSettings,
} from './settings-queries.ts'

const TabQuery = Type.Object({
  tab: Type.Optional(
    Type.Enum(['all', 'mentions'], {
      errorKey: 'api.tab_unknown',
      description: 'With `mentions`: replies, mentions and quotes alone.',
    }),
  ),
  ...ListQuery.properties,
})
type TabQuery = Type.Static<typeof TabQuery>

const ReadBody = Type.Object(
  {
    upTo: Type.String({
      format: 'date-time',
      errorKey: 'api.must_be_moment',
      description: 'The createdAt of the newest that was seen.',
      examples: ['2026-11-20T12:00:00.000Z'],
    }),
  },
  { additionalProperties: false },
)

const SettingsBody = Type.Partial(NotificationSettingsResource, {
  $id: undefined,
  additionalProperties: false,
})

type SettingsRequest = MemberRequest<{ Body: Partial<NotificationSettings> }>
type ListRequest = MemberRequest<{ Querystring: TabQuery }>
type ReadRequest = MemberRequest<{ Body: Type.Static<typeof ReadBody> }>

export default async function notificationsApi(app: FastifyInstance) {
  const members = memberRoutes(app)
  const list = operation(
    'notifications',
    'listNotifications',
    'List your notifications, newest first',
    lists('Notification', TabQuery),
  )
  const read = operation('notifications', 'markNotificationsRead', 'Mark notifications as read', {
    config: { validate: validateTimestamp },
    body: ReadBody,
    response: { 204: returnsNothing() },
  })
  const settings = { response: { 200: returns('NotificationSettings') } }
  members.get(
    '/notifications/settings',
    operation('notifications', 'getNotificationSettings', 'Show whose notifications you want', settings),
    showSettings,
  )
  members.patch(
    '/notifications/settings',
    operation('notifications', 'updateNotificationSettings', 'Choose whose notifications you want', {
      ...settings,
      body: SettingsBody,
    }),
    updateSettings,
  )
  members.get('/notifications', list, listNotifications)
  members.put('/notifications/read', read, readNotifications)
}

/** Refuses leap seconds and the year 0, which have the right format but are not valid on both engines. */
function validateTimestamp(request: ReadRequest) {
  const time = Date.parse(request.body.upTo)
  return addFieldErrors(request, fieldErrorsOf(request), { upTo: !(time > 0) && 'api.must_be_moment' })
}

async function listNotifications({ server, viewer, query, t }: ListRequest, reply: FastifyReply) {
  const { tab = 'all' } = query
  const page = await notificationList(server.db, { viewer: viewer.id, tab }, cursorOf(query))
  const path = tab === 'all' ? '/api/notifications' : '/api/notifications?tab=mentions'
  return reply.list(page, path, row => serializeNotification(row, server.config, t))
}

async function readNotifications({ server, viewer, body }: ReadRequest, reply: FastifyReply) {
  const { id: userId } = viewer
  const until = new Date(body.upTo)
  await server.db.transaction(tx => markAllRead(tx, { userId, until }, new Date()))
  return reply.code(204).send()
}

async function showSettings({ server, viewer }: MemberRequest, reply: FastifyReply) {
  return reply.resource(await findNotificationSettings(server.db, viewer.id))
}

async function updateSettings({ server, viewer, body }: SettingsRequest, reply: FastifyReply) {
  const settings = await server.db.transaction(async tx => {
    await server.rateLimits.consume(tx, apiSettingsLimit, viewer.id)
    await saveNotificationSettings(tx, viewer.id, body)
    return findNotificationSettings(tx, viewer.id)
  })
  return reply.resource(settings)
}
