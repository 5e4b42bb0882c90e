import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Problem } from '../http/errors.ts'
import { hashPassword } from '../security/passwords.ts'
import { clearSession, hashToken, newToken } from '../security/tokens.ts'
import { isEmailTaken } from './email-queries.ts'
import { ConfirmationParams } from './forms.ts'
import { findRecovery, useRecovery } from './recovery-queries.ts'

declare module '../http/views.ts' {
  interface Pages {
    'accounts/recovery': { token: string; username: string; email: string; changedAt: Date; isBack: boolean }
  }
}

type RecoveryRequest = FastifyRequest<{ Params: ConfirmationParams }>

/** Undoes a changed address or password, for seven days. */
export default async function recoveries(app: FastifyInstance) {
  const open = { config: { public: true }, schema: { params: ConfirmationParams } }
  app.get('/recoveries/:token', open, showRecovery)
  app.post('/recoveries/:token', open, recover)
}

/** Undoes only by a button, because mail scanners open every link. */
async function showRecovery(request: RecoveryRequest, reply: FastifyReply) {
  const { server, params } = request
  const { token } = params
  const { userId, username, email, changedAt, current } = await recoveryOr410(request)
  const isBack = email !== current && !(await isEmailTaken(server.db, email, userId))
  return reply.page('accounts/recovery', { token, username, email, changedAt, isBack })
}

/** Leads to the page that sets a new password. A link that does not work costs no hash, which takes memory and time. */
async function recover(request: RecoveryRequest, reply: FastifyReply) {
  const { server, params } = request
  await recoveryOr410(request)
  const reset = newToken()
  const recovery = {
    tokenHash: hashToken(params.token),
    passwordHash: await hashPassword(newToken()),
    resetHash: hashToken(reset),
  }
  const isUndone = await server.db.transaction(tx => useRecovery(tx, recovery, new Date()))
  if (!isUndone) throw new Problem(410, 'accounts.recovery_expired')
  return clearSession(reply).flash('accounts.recovered').redirect(`/passwords/${reset}`, 303)
}

async function recoveryOr410({ server, params }: RecoveryRequest) {
  const found = await findRecovery(server.db, hashToken(params.token), new Date())
  if (!found) throw new Problem(410, 'accounts.recovery_expired')
  return found
}
