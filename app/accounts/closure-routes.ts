import type { FastifyInstance, FastifyReply } from 'fastify'
import { Problem } from '../http/errors.ts'
import { type FieldErrors, fieldErrorsOf, hasFieldErrors } from '../http/forms.ts'
import { confirmPassword } from '../passwords/confirm-password.ts'
import { type MemberRequest, memberRoutes } from '../people/viewer.ts'
import { clearSession } from '../security/tokens.ts'
import { type AccountSize, closeAccount, measureAccount } from './closure-queries.ts'
import { ClosureForm } from './forms.ts'
import { hasPassword } from './queries.ts'

declare module '../http/views.ts' {
  interface Pages {
    'accounts/delete': { accountSize: AccountSize; errors: FieldErrors }
  }
}

type ClosingRequest = MemberRequest<{ Body: ClosureForm }>

export default async function closing(app: FastifyInstance) {
  const path = '/settings/account/delete'
  const members = memberRoutes(app)
  members.get(path, (request, reply) => showClosing(request, reply, {}))
  members.post(path, { schema: { body: ClosureForm }, attachValidation: true }, close)
}

async function showClosing({ server, viewer }: MemberRequest, reply: FastifyReply, errors: FieldErrors) {
  const accountSize = await measureAccount(server.db, viewer.id)
  return reply.page('accounts/delete', { accountSize, errors })
}

async function close(request: ClosingRequest, reply: FastifyReply) {
  const errors = fieldErrorsOf(request)
  reply.code(422)
  const { id, passwordHash } = await confirmPassword(request, reply, errors)
  if (hasFieldErrors(errors)) return showClosing(request, reply, errors)
  await request.server.db.transaction(async tx => {
    if (!(await hasPassword(tx, id, passwordHash))) throw new Problem(401)
    await closeAccount(tx, id, new Date())
  })
  return clearSession(reply).clearSiteCookie('device').flash('accounts.closed').redirect('/', 303)
}
