import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { addFieldErrors, type FieldErrors, hasFieldErrors } from '../http/forms.ts'
import { returnPath } from '../http/return-path.ts'
import { catchRateLimit, RateLimitExceeded, tooManyRequests } from '../limits/limits.ts'
import { hashPassword } from '../security/passwords.ts'
import { OnwardQuery } from '../sessions/forms.ts'
import { goOn, type Onward } from '../sessions/interrupted-forms.ts'
import { onwardOf } from '../sessions/routes.ts'
import { startSession } from '../sessions/start.ts'
import closing from './closure-routes.ts'
import emails from './email-routes.ts'
import { SignUpForm, validateSignUp } from './forms.ts'
import recoveries from './recovery-routes.ts'
import { checkNames, countSignUp, registerAccount } from './registration.ts'
import usernames from './username-routes.ts'

declare module '../http/views.ts' {
  interface Pages {
    'accounts/sign-up': Onward & { values: { username: string; email: string }; errors: FieldErrors }
  }
}

type SignUpRequest = FastifyRequest<{ Body: SignUpForm }>

export default async function accounts(app: FastifyInstance) {
  const open = { config: { public: true } }
  app.register(usernames)
  app.register(emails)
  app.register(closing)
  app.register(recoveries)
  app.get('/sign-up', { ...open, schema: { querystring: OnwardQuery } }, showSignUp)
  app.post('/sign-up', { ...open, schema: { body: SignUpForm }, attachValidation: true }, signUp)
}

async function showSignUp(request: FastifyRequest<{ Querystring: OnwardQuery }>, reply: FastifyReply) {
  const onward = await onwardOf(request)
  if (request.viewer) return reply.redirect(onward.next, 303)
  return reply.page('accounts/sign-up', { values: { username: '', email: '' }, ...onward, errors: {} })
}

async function signUp(request: SignUpRequest, reply: FastifyReply) {
  const { config } = request.server
  const errors = validateSignUp(request)
  reply.code(config.signUpOpen ? 422 : 403)
  if (!config.signUpOpen) errors['form'] = request.t('accounts.sign_up_closed')
  else if (!hasFieldErrors(errors)) await addTaken(request, reply, errors)
  const account = hasFieldErrors(errors) ? null : await createAccount(request, reply, errors)
  const { username, email, press = null } = request.body
  const next = returnPath(request.body.next)
  if (!account) {
    return reply.page('accounts/sign-up', { values: { username, email }, next, press, errors })
  }
  const token = await startSession(request, reply, { ...account, persistent: false })
  return goOn(request, reply.flash('accounts.welcome', { name: username }), { next, press, token })
}

/** Asked last, when all else is valid, so that the form is no quick way to try addresses. */
async function addTaken(request: SignUpRequest, reply: FastifyReply, errors: FieldErrors): Promise<void> {
  const taken = await checkNames(request).catch(catchRateLimit)
  if (taken instanceof RateLimitExceeded) errors['form'] = tooManyRequests(reply, taken, 'limits.sign_up')
  else
    addFieldErrors(request, errors, {
      username: taken.username && 'accounts.username_taken',
      email: taken.email && 'accounts.email_taken',
    })
}

/** Returns null and adds an error if the limit is exceeded or a name has been taken meanwhile. */
async function createAccount(
  request: SignUpRequest,
  reply: FastifyReply,
  errors: FieldErrors,
): Promise<{ id: number; passwordHash: string } | null> {
  const { username, email, password } = request.body
  const { db, config } = request.server
  const limit = await countSignUp(request).catch(catchRateLimit)
  if (limit) {
    errors['form'] = tooManyRequests(reply, limit, 'limits.sign_up')
    return null
  }
  const passwordHash = await hashPassword(password)
  const account = { username, email, passwordHash, language: request.language, theme: request.theme }
  const created = await db.transaction(tx => registerAccount(tx, account, config))
  if ('id' in created) return { id: created.id, passwordHash }
  errors[created.taken] = request.t(`accounts.${created.taken}_taken`)
  return null
}
