import type { FastifyInstance, FastifyReply } from 'fastify'
import { Problem } from '../http/errors.ts'
import { type FieldErrors, fieldErrorsOf, hasFieldErrors } from '../http/forms.ts'
import { confirmPassword } from '../passwords/confirm-password.ts'
import { type MemberRequest, memberRoutes } from '../people/viewer.ts'
import { UsernameForm } from './forms.ts'
import { hasPassword } from './queries.ts'
import { renameAccount } from './username-queries.ts'

declare module '../http/views.ts' {
  interface Pages {
    'accounts/username': { values: { username: string }; errors: FieldErrors }
  }
}

type UsernameRequest = MemberRequest<{ Body: UsernameForm }>

export default async function usernames(app: FastifyInstance) {
  const path = '/settings/account/username'
  const members = memberRoutes(app)
  members.get(path, showUsername)
  members.post(path, { schema: { body: UsernameForm }, attachValidation: true }, changeUsername)
}

async function showUsername({ viewer }: MemberRequest, reply: FastifyReply) {
  const { username } = viewer
  return reply.page('accounts/username', { values: { username }, errors: {} })
}

async function changeUsername(request: UsernameRequest, reply: FastifyReply) {
  const { username } = request.body
  const errors = fieldErrorsOf(request)
  reply.code(422)
  const { id, passwordHash } = await confirmPassword(request, reply, errors)
  if (!hasFieldErrors(errors)) {
    const isRenamed = await request.server.db.transaction(async tx => {
      if (!(await hasPassword(tx, id, passwordHash))) throw new Problem(401)
      return renameAccount(tx, { id, username }, new Date())
    })
    if (!isRenamed) errors['username'] = request.t('accounts.username_taken')
  }
  if (hasFieldErrors(errors)) return reply.page('accounts/username', { values: { username }, errors })
  return reply.flash('accounts.username_changed', { username }).redirect('/settings/account', 303)
}
