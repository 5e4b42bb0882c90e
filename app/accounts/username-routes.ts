import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Writer } from '../database/database.ts'
import { Problem } from '../http/errors.ts'
import { addFieldErrors, type FieldErrors, fieldErrorsOf, hasFieldErrors } from '../http/forms.ts'
import { catchRateLimit, RateLimitExceeded, tooManyRequests } from '../limits/limits.ts'
import { confirmPassword } from '../passwords/confirm-password.ts'
import { isReservedUsername } from '../people/reserved-usernames.ts'
import { type MemberRequest, memberRoutes } from '../people/viewer.ts'
import { foldName } from '../text/normalize.ts'
import { UsernameForm } from './forms.ts'
import { hasPassword } from './queries.ts'
import { renameAccount, renameLimit } from './username-queries.ts'

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
  const { server, viewer } = request
  const { username } = request.body
  const found = fieldErrorsOf(request)
  const isOther = !found['username'] && foldName(username) !== foldName(viewer.username)
  const errors = addFieldErrors(request, found, {
    username: isOther && isReservedUsername(username) && 'accounts.username_reserved',
  })
  reply.code(422)
  const { id, passwordHash } = await confirmPassword(request, reply, errors)
  if (!hasFieldErrors(errors)) {
    const rename = async (tx: Writer) => {
      if (!(await hasPassword(tx, id, passwordHash))) throw new Problem(401)
      const isRenamed = await renameAccount(tx, { id, username }, new Date())
      if (isRenamed && isOther) await server.rateLimits.consume(tx, renameLimit, id)
      return isRenamed
    }
    const renamed = await server.db.transaction(rename).catch(catchRateLimit)
    if (renamed === false) errors['username'] = request.t('accounts.username_taken')
    if (renamed instanceof RateLimitExceeded)
      errors['form'] = tooManyRequests(reply, renamed, 'limits.rename')
  }
  if (hasFieldErrors(errors)) return reply.page('accounts/username', { values: { username }, errors })
  return reply.flash('accounts.username_changed', { username }).redirect('/settings/account', 303)
}
