import type { FastifyInstance, FastifyReply } from 'fastify'
import { Problem } from '../http/errors.ts'
import { IdParams } from '../http/params.ts'
import { type MemberRequest, memberRoutes } from '../people/viewer.ts'
import { clearSession } from '../security/tokens.ts'
import { sessionOf } from './plugin.ts'
import { endOtherSessions, endOwnSession, listSessions, type OpenSession } from './queries.ts'

declare module '../http/views.ts' {
  interface Pages {
    'sessions/list': { sessions: OpenSession[]; current: number }
  }
}

/** The list of a person's sessions. */
export default async function sessionList(app: FastifyInstance) {
  const members = memberRoutes(app)
  members.get('/settings/sessions', showSessions)
  members.post('/settings/sessions/:id/delete', { schema: { params: IdParams } }, deleteSession)
  members.post('/settings/sessions/delete', deleteOtherSessions)
}

async function showSessions(request: MemberRequest, reply: FastifyReply) {
  const sessions = await listSessions(request.server.db, request.viewer.id, new Date())
  return reply.page('sessions/list', { sessions, current: sessionOf(request).id })
}

/** Ending the current session is signing out. */
async function deleteSession(request: MemberRequest<{ Params: IdParams }>, reply: FastifyReply) {
  const { server, viewer } = request
  const { id } = request.params
  const ended = await server.db.transaction(tx => endOwnSession(tx, { id, userId: viewer.id }))
  if (!ended) throw new Problem(404, 'sessions.missing')
  if (id !== sessionOf(request).id) return reply.flash('sessions.ended').redirect('/settings/sessions', 303)
  return clearSession(reply).flash('sessions.signed_out').redirect('/', 303)
}

async function deleteOtherSessions(request: MemberRequest, reply: FastifyReply) {
  const count = await request.server.db.transaction(tx => endOtherSessions(tx, sessionOf(request)))
  return reply.flash('sessions.others_ended', { count }).redirect('/settings/sessions', 303)
}
