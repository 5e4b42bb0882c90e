import type { FastifyInstance, FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { audiences } from '../database/schema.ts'
import { type MemberRequest, memberRoutes } from '../people/viewer.ts'
import { choosableKinds } from './kinds.ts'
import {
  findNotificationSettings,
  type NotificationSettings,
  saveNotificationSettings,
} from './settings-queries.ts'

/** One of the kinds, of which each has its own form. */
const KindForm = Type.Partial(
  Type.Object(Object.fromEntries(choosableKinds.map(kind => [kind, Type.Enum([...audiences])]))),
)

declare module '../http/views.ts' {
  interface Pages {
    'notifications/settings': { choices: NotificationSettings }
  }
}

type SaveRequest = MemberRequest<{ Body: Partial<NotificationSettings> }>
const path = '/settings/notifications'

export default async function notificationSettings(app: FastifyInstance) {
  const members = memberRoutes(app)
  members.get(path, showSettings)
  members.post(path, { schema: { body: KindForm } }, saveSettings)
}

async function showSettings({ server, viewer }: MemberRequest, reply: FastifyReply) {
  return reply.page('notifications/settings', {
    choices: await findNotificationSettings(server.db, viewer.id),
  })
}

async function saveSettings({ server, viewer, body }: SaveRequest, reply: FastifyReply) {
  const changed = Object.fromEntries(choosableKinds.flatMap(kind => (body[kind] ? [[kind, body[kind]]] : [])))
  await server.db.transaction(tx => saveNotificationSettings(tx, viewer.id, changed))
  return reply.flash('settings.privacy_saved').redirect(path, 303)
}
