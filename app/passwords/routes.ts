import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { validatePasswords } from '../accounts/forms.ts'
import { Problem } from '../http/errors.ts'
import { addFieldErrors, type FieldErrors, hasFieldErrors } from '../http/forms.ts'
import { canMail } from '../mail/mail.ts'
import { hashPassword } from '../security/passwords.ts'
import { clearSession, hashToken } from '../security/tokens.ts'
import passwordChange from './change-routes.ts'
import forgottenPasswords from './forgotten-routes.ts'
import { PasswordForm, PasswordParams } from './forms.ts'
import { tellPasswordChange } from './mails.ts'
import { findPasswordReset, usePasswordReset } from './queries.ts'

declare module '../http/views.ts' {
  interface Pages {
    'passwords/edit': { username: string; token: string; errors: FieldErrors }
  }
}

type ShowRequest = FastifyRequest<{ Params: PasswordParams }>
type SaveRequest = FastifyRequest<{
  Params: PasswordParams
  Body: PasswordForm
}>

export default async function passwords(app: FastifyInstance) {
  const open = { config: { public: true } }
  const schema = { params: PasswordParams }
  app.register(forgottenPasswords)
  app.register(passwordChange)
  app.get('/passwords/:token', { ...open, schema }, showPassword)
  app.post('/passwords/:token', { ...open, schema: { ...schema, body: PasswordForm } }, savePassword)
}

async function showPassword(request: ShowRequest, reply: FastifyReply) {
  const { token } = request.params
  const { username } = await resetOr410(request)
  return reply.page('passwords/edit', { username, token, errors: {} })
}

async function savePassword(request: SaveRequest, reply: FastifyReply) {
  const { server, params, body, language } = request
  const { token } = params
  const { username, own } = await resetOr410(request)
  const errors = addFieldErrors(request, {}, validatePasswords(body, own, server.config))
  if (hasFieldErrors(errors)) return reply.code(422).page('passwords/edit', { username, token, errors })
  const change = { tokenHash: hashToken(token), passwordHash: await hashPassword(body.password) }
  await server.db.transaction(async tx => {
    const used = await usePasswordReset(tx, change, new Date())
    if (!used) throw new Problem(410, 'passwords.link_expired')
    if (canMail(server.config)) await tellPasswordChange(tx, { ...used, language: used.language ?? language })
  })
  return clearSession(reply).flash('passwords.changed').redirect('/sign-in', 303)
}

async function resetOr410({ server, params }: ShowRequest) {
  const reset = await findPasswordReset(server.db, hashToken(params.token), new Date())
  if (!reset) throw new Problem(410, 'passwords.link_expired')
  const { username, displayName, email } = reset
  return { username, own: [username, displayName, email] }
}
