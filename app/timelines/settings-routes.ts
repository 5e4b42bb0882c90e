/** What one wants to read at Home. */
import type { FastifyInstance, FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { type HomeReplies, homeReplyChoices } from '../database/schema.ts'
import { type MemberRequest, memberRoutes } from '../people/viewer.ts'
import { saveSettings } from '../settings/queries.ts'

/** One of the settings, of which each has its own form. */
const HomeForm = Type.Union([
  Type.Object({ replies: Type.Enum([...homeReplyChoices]) }),
  Type.Object({ reposts: Type.Enum(['shown', 'hidden']) }),
])
type HomeForm = Type.Static<typeof HomeForm>

declare module '../http/views.ts' {
  interface Pages {
    'timelines/settings': { homeReplies: HomeReplies; homeReposts: boolean }
  }
}

export default async function homeSettings(app: FastifyInstance) {
  const members = memberRoutes(app)
  members.get('/settings/home', showHomeSettings)
  members.post('/settings/home', { schema: { body: HomeForm } }, saveHomeSettings)
}

async function showHomeSettings({ viewer }: MemberRequest, reply: FastifyReply) {
  const { homeReplies, homeReposts } = viewer
  return reply.page('timelines/settings', { homeReplies, homeReposts })
}

async function saveHomeSettings(
  { server, body, viewer }: MemberRequest<{ Body: HomeForm }>,
  reply: FastifyReply,
) {
  const changed =
    'replies' in body ? { homeReplies: body.replies } : { homeReposts: body.reposts === 'shown' }
  await server.db.transaction(tx => saveSettings(tx, viewer.id, changed))
  return reply.flash('settings.privacy_saved').redirect('/settings/home', 303)
}
