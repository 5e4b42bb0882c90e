import type { FastifyInstance, FastifyReply } from 'fastify'
import { type Static, Type } from 'typebox'
import { returnPath } from '../http/return-path.ts'
import { type MemberRequest, memberRoutes } from '../people/viewer.ts'
import { saveSettings } from '../settings/queries.ts'

declare module '../http/views.ts' {
  interface Pages {
    'shortcuts/show': object
  }
}

const ShortcutsForm = Type.Object({ shortcuts: Type.Enum(['on', 'off']), next: Type.Optional(Type.String()) })
type ShortcutsRequest = MemberRequest<{ Body: Static<typeof ShortcutsForm> }>

export default async function shortcuts(app: FastifyInstance) {
  const members = memberRoutes(app)
  members.get('/settings/shortcuts', showShortcuts)
  members.post('/settings/shortcuts', { schema: { body: ShortcutsForm } }, chooseShortcuts)
}

/** The keys; the script shows this page's list in a dialog. */
async function showShortcuts(_request: MemberRequest, reply: FastifyReply) {
  return reply.page('shortcuts/show', {})
}

async function chooseShortcuts({ server, viewer, body }: ShortcutsRequest, reply: FastifyReply) {
  const keyboardShortcuts = body.shortcuts === 'on'
  await server.db.transaction(tx => saveSettings(tx, viewer.id, { keyboardShortcuts }))
  return reply.redirect(returnPath(body.next), 303)
}
