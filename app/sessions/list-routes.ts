import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Problem } from '../http/errors.ts'
import { SessionParams } from './forms.ts'
import { endOtherSessions, endOwnSession, listSessions, type OpenSession, type Viewer } from './queries.ts'

declare module '../http/views.ts' {
  interface Pages {
    'sessions/list': { sessions: OpenSession[] }
  }
}

type SessionRequest = FastifyRequest<{ Params: SessionParams }>

/** Where somebody is signed in. */
export default async function sessionList(app: FastifyInstance) {
  app.get('/settings/sessions', showSessions)
  app.post('/settings/sessions/:id/delete', { schema: { params: SessionParams } }, deleteSession)
  app.post('/settings/sessions/delete', deleteOtherSessions)
}

async function showSessions({ server, viewer }: FastifyRequest, reply: FastifyReply) {
  const sessions = await listSessions(server.db, (viewer as Viewer).id, new Date())
  return reply.page('sessions/list', { sessions })
}

/** Ending the session that asks for it is signing out. */
async function deleteSession(request: SessionRequest, reply: FastifyReply) {
  const { id: userId, session } = request.viewer as Viewer
  const { id } = request.params
  const ended = await request.server.db.transaction(tx => endOwnSession(tx, { id, userId }))
  if (!ended) throw new Problem(404, 'sessions.missing')
  if (id !== session.id) return reply.flash('sessions.ended').redirect('/settings/sessions', 303)
  return reply.clearSiteCookie('session').flash('sessions.signed_out').redirect('/', 303)
}

async function deleteOtherSessions({ server, viewer }: FastifyRequest, reply: FastifyReply) {
  const count = await server.db.transaction(tx => endOtherSessions(tx, viewer as Viewer))
  return reply.flash('sessions.others_ended', { count }).redirect('/settings/sessions', 303)
}
