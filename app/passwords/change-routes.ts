import type { FastifyInstance, FastifyReply } from 'fastify'
import { validatePasswords } from '../accounts/forms.ts'
import { hasPassword } from '../accounts/queries.ts'
import { Problem } from '../http/errors.ts'
import { addFieldErrors, type FieldErrors, fieldErrorsOf, hasFieldErrors } from '../http/forms.ts'
import { canMail } from '../mail/mail.ts'
import { type MemberRequest, memberRoutes } from '../people/viewer.ts'
import { hashPassword } from '../security/passwords.ts'
import { deviceHash } from '../sessions/device.ts'
import { deleteOtherKnownDevices } from '../sessions/known-device-queries.ts'
import { sessionOf } from '../sessions/plugin.ts'
import { endOtherSessions } from '../sessions/queries.ts'
import { countTokens, revokeTokensOf } from '../tokens/queries.ts'
import { confirmPassword } from './confirm-password.ts'
import { ChangeForm } from './forms.ts'
import { tellPasswordChange } from './mails.ts'
import { setPassword } from './queries.ts'

declare module '../http/views.ts' {
  interface Pages {
    'passwords/change': { tokens: number; endTokens: boolean; errors: FieldErrors }
  }
}

type ChangeRequest = MemberRequest<{ Body: ChangeForm }>

/** Changes the password of a person who knows the current one. */
export default async function passwordChange(app: FastifyInstance) {
  const path = '/settings/account/password'
  const members = memberRoutes(app)
  // Where password managers look (https://w3c.github.io/webappsec-change-password-url/).
  app.get('/.well-known/change-password', { config: { public: true } }, (_request, reply) =>
    reply.redirect(path, 303),
  )
  members.get(path, (request, reply) => showChange(request, reply, { endTokens: true, errors: {} }))
  members.post(path, { schema: { body: ChangeForm }, attachValidation: true }, changePassword)
}

async function showChange(
  { server, viewer }: MemberRequest,
  reply: FastifyReply,
  form: { endTokens: boolean; errors: FieldErrors },
) {
  return reply.page('passwords/change', { ...form, tokens: await countTokens(server.db, viewer.id) })
}

async function changePassword(request: ChangeRequest, reply: FastifyReply) {
  const { server, body, viewer, language } = request
  const errors = fieldErrorsOf(request)
  reply.code(422)
  const { passwordHash, email } = await confirmPassword(request, reply, errors)
  const own = [viewer.username, viewer.displayName, email]
  addFieldErrors(request, errors, validatePasswords(body, own, server.config))
  const endTokens = body.end_tokens !== undefined
  if (hasFieldErrors(errors)) return showChange(request, reply, { endTokens, errors })
  const newHash = await hashPassword(body.password)
  await server.db.transaction(async tx => {
    if (!(await hasPassword(tx, viewer.id, passwordHash))) throw new Problem(401)
    await setPassword(tx, viewer.id, newHash)
    await endOtherSessions(tx, sessionOf(request))
    if (endTokens) await revokeTokensOf(tx, viewer.id)
    await deleteOtherKnownDevices(tx, { userId: viewer.id, tokenHash: deviceHash(request) })
    if (canMail(server.config)) await tellPasswordChange(tx, { userId: viewer.id, email, language })
  })
  return reply.flash('passwords.saved').redirect('/settings/account', 303)
}
