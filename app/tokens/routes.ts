import type { FastifyInstance, FastifyReply } from 'fastify'
import { Problem } from '../http/errors.ts'
import { type FieldErrors, fieldErrorsOf, hasFieldErrors } from '../http/forms.ts'
import { IdParams } from '../http/params.ts'
import { asksForPassword, confirmRecently } from '../passwords/confirm-password.ts'
import { type MemberRequest, memberRoutes } from '../people/viewer.ts'
import { hashToken, newToken } from '../security/tokens.ts'
import { sessionOf } from '../sessions/plugin.ts'
import { isOpen } from '../sessions/queries.ts'
import { expiryOf, lifetimes, TokenForm } from './forms.ts'
import { issueToken } from './issuing.ts'
import { listTokens, maxTokens, revokeToken, type Token } from './queries.ts'

declare module '../http/views.ts' {
  interface Pages {
    'tokens/list': {
      tokens: Token[]
      /** A newly created token, shown once. */
      secret: string | null
      now: Date
      lifetimes: readonly number[]
      values: Omit<TokenForm, 'current_password'>
      asksForPassword: boolean
      errors: FieldErrors
    }
  }
}

type CreateRequest = MemberRequest<{ Body: TokenForm }>
type Shown = { secret?: string; values?: TokenForm; errors?: FieldErrors }

export default async function tokens(app: FastifyInstance) {
  const members = memberRoutes(app)
  const one = { params: IdParams }
  members.get('/settings/apps', showTokens)
  members.post('/settings/apps', { schema: { body: TokenForm }, attachValidation: true }, createOwnToken)
  members.post('/settings/apps/:id/delete', { schema: one }, destroyToken)
}

async function showTokens(request: MemberRequest, reply: FastifyReply) {
  return sendTokens(request, reply, {})
}

/** Responds without a redirect, because a flash would store the token in a cookie. */
async function createOwnToken(request: CreateRequest, reply: FastifyReply) {
  const { body: values, language, server, viewer } = request
  const errors = fieldErrorsOf(request)
  reply.code(422)
  await confirmRecently(request, reply, errors)
  if (hasFieldErrors(errors)) return sendTokens(request, reply, { values, errors })
  const { id: userId } = viewer
  const secret = newToken()
  const expiresAt = expiryOf(values.expiry === 'never' ? null : Number(values.expiry), new Date())
  const token = {
    userId,
    tokenHash: hashToken(secret),
    name: values.name.trim(),
    scope: values.scope,
    expiresAt,
  }
  const created = await server.db.transaction(async tx => {
    // The password may have been changed meanwhile, which ends the sessions.
    if (!(await isOpen(tx, sessionOf(request)))) throw new Problem(401)
    return issueToken(tx, { ...token, language }, server.config)
  })
  if (created) return sendTokens(request, reply.code(201).header('cache-control', 'no-store'), { secret })
  errors['form'] = request.t('tokens.too_many', { most: maxTokens })
  return sendTokens(request, reply.code(422), { values, errors })
}

/** Idempotent: a second click gets the same response. */
async function destroyToken(request: MemberRequest<{ Params: IdParams }>, reply: FastifyReply) {
  const { id: userId } = request.viewer
  await request.server.db.transaction(tx => revokeToken(tx, { id: request.params.id, userId }))
  return reply.flash('tokens.revoked').redirect('/settings/apps', 303)
}

async function sendTokens(request: MemberRequest, reply: FastifyReply, shown: Shown) {
  const { server, viewer } = request
  const tokens = await listTokens(server.db, viewer.id)
  const { secret = null, values = { name: '', scope: 'read', expiry: '90' }, errors = {} } = shown
  return reply.page('tokens/list', {
    tokens,
    secret,
    now: new Date(),
    lifetimes,
    values,
    asksForPassword: asksForPassword(request),
    errors,
  })
}
