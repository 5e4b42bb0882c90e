import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Writer } from '../database/database.ts'
import { Problem } from '../http/errors.ts'
import { type FieldErrors, fieldErrorsOf, hasFieldErrors } from '../http/forms.ts'
import { catchRateLimit, digestOf, type RateLimitExceeded, tooManyRequests } from '../limits/limits.ts'
import { canMail, sendMail } from '../mail/mail.ts'
import { confirmPassword } from '../passwords/confirm-password.ts'
import { type MemberRequest, memberRoutes } from '../people/viewer.ts'
import { hashToken } from '../security/tokens.ts'
import { type Changed, findConfirmation, proofLimit, useConfirmation } from './email-queries.ts'
import { ConfirmationParams, EmailForm } from './forms.ts'
import { type Account, findAccount, hasPassword } from './queries.ts'
import { recordChange } from './recovery-queries.ts'
import { sendProof } from './registration.ts'

declare module '../http/views.ts' {
  interface Pages {
    'accounts/email': { values: { email: string }; current: string; canMail: boolean; errors: FieldErrors }
    'accounts/confirm': { token: string; username: string; email: string; isChange: boolean }
  }
}

type EmailRequest = MemberRequest<{ Body: EmailForm }>
type ConfirmationRequest = FastifyRequest<{ Params: ConfirmationParams }>

export default async function emails(app: FastifyInstance) {
  const path = '/settings/account/email'
  const members = memberRoutes(app)
  members.get(path, showEmail)
  members.post(path, { schema: { body: EmailForm }, attachValidation: true }, requestEmailChange)
  members.post(`${path}/confirmation`, sendConfirmation)
  const open = { config: { public: true }, schema: { params: ConfirmationParams } }
  app.get('/confirmations/:token', open, showConfirmation)
  app.post('/confirmations/:token', open, confirm)
}

async function showEmail(request: MemberRequest, reply: FastifyReply) {
  const { email } = await viewersAccount(request)
  return showForm(request, reply, { values: { email: '' }, current: email, errors: {} })
}

function showForm(
  { server }: FastifyRequest,
  reply: FastifyReply,
  form: { values: { email: string }; current: string; errors: FieldErrors },
) {
  return reply.page('accounts/email', { ...form, canMail: canMail(server.config) })
}

/** The response and its timing do not reveal whether another account has the address; the mail job checks that. */
async function requestEmailChange(request: EmailRequest, reply: FastifyReply) {
  if (!canMail(request.server.config)) throw new Problem(403, 'accounts.email_needs_mail')
  const { email } = request.body
  const errors = fieldErrorsOf(request)
  reply.code(422)
  const account = await confirmPassword(request, reply, errors)
  if (!errors['email'] && email === account.email) errors['email'] = request.t('accounts.email_same')
  const limit = hasFieldErrors(errors) ? null : await sendEmailChange(request, account)
  if (limit) errors['form'] = tooManyRequests(reply, limit)
  if (hasFieldErrors(errors))
    return showForm(request, reply, { values: { email }, current: account.email, errors })
  return reply.flash('accounts.email_asked', { email }).redirect('/settings/account', 303)
}

async function sendEmailChange(
  { server, body: { email }, language }: EmailRequest,
  { id: userId, username, email: to, hasOwnEmail, passwordHash }: Account,
): Promise<RateLimitExceeded | void> {
  const announced = { username, email, link: `${server.config.publicUrl}/settings/account/password` }
  return server.db
    .transaction(async tx => {
      if (!(await hasPassword(tx, userId, passwordHash))) throw new Problem(401)
      await server.rateLimits.consume(tx, proofLimit, userId)
      const input = { userId, email, asked: hashToken(passwordHash) }
      await sendMail(tx, { name: 'accounts.change_email', language, input, userId })
      if (hasOwnEmail)
        await sendMail(tx, { name: 'accounts.email_changing', language, to, input: announced, userId })
    })
    .catch(catchRateLimit)
}

/** Sends the link for the account's current address again. */
async function sendConfirmation(request: MemberRequest, reply: FastifyReply) {
  const { server, language } = request
  if (!canMail(server.config)) throw new Problem(403, 'accounts.email_needs_mail')
  const account = await viewersAccount(request)
  const { id: userId, email, emailConfirmedAt } = account
  if (!emailConfirmedAt)
    await server.db.transaction(async tx => {
      await server.rateLimits.consume(tx, proofLimit, userId)
      await server.rateLimits.consume(tx, proofLimit, digestOf(email))
      await sendProof(tx, { ...account, language })
    })
  return reply.flash('accounts.confirmation_sent', { email }).redirect('/settings/account', 303)
}

async function viewersAccount({ server, viewer }: MemberRequest): Promise<Account> {
  const account = await findAccount(server.db, viewer.id)
  if (!account) throw new Problem(401)
  return account
}

/** Confirms only by a button, because mail scanners open every link. */
async function showConfirmation({ server, params }: ConfirmationRequest, reply: FastifyReply) {
  const found = await findConfirmation(server.db, hashToken(params.token), new Date())
  if (!found) throw new Problem(410, 'accounts.confirmation_expired')
  const { username, email, before } = found
  return reply.page('accounts/confirm', { token: params.token, username, email, isChange: email !== before })
}

async function confirm({ server, params, viewer, language }: ConfirmationRequest, reply: FastifyReply) {
  const tokenHash = hashToken(params.token)
  const outcome = await server.db.transaction(async tx => {
    const used = await useConfirmation(tx, tokenHash, new Date())
    if (typeof used === 'object') await tellOldAddress(tx, used, language)
    return used
  })
  if (!outcome) throw new Problem(410, 'accounts.confirmation_expired')
  if (outcome === 'taken') throw new Problem(422, 'accounts.email_taken')
  return reply.flash('accounts.email_confirmed').redirect(viewer ? '/settings/account' : '/sign-in', 303)
}

async function tellOldAddress(tx: Writer, { before, email }: Changed, language: string): Promise<void> {
  const { id: userId, username } = before
  const change = await recordChange(tx, { userId, email: before.email }, new Date())
  const input = { ...change, username, newEmail: email }
  const readers = before.language ?? language
  await sendMail(tx, { name: 'accounts.email_changed', language: readers, input, userId })
}
