import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { hasPassword } from '../accounts/queries.ts'
import { Problem } from '../http/errors.ts'
import { type FieldErrors, fieldErrorsOf, hasFieldErrors } from '../http/forms.ts'
import { returnPath } from '../http/return-path.ts'
import { catchRateLimit, RateLimitExceeded, tooManyRequests } from '../limits/limits.ts'
import { hashToken, newToken, setSessionCookie } from '../security/tokens.ts'
import { authenticate } from './authenticate.ts'
import { deviceOf } from './device.ts'
import { deviceToken, setDeviceCookie } from './device-cookie.ts'
import { NextQuery, SignInForm } from './forms.ts'
import { saveKnownDevice } from './known-device-queries.ts'
import sessionList from './list-routes.ts'
import { createSession, endSession } from './queries.ts'

declare module '../http/views.ts' {
  interface Pages {
    'sessions/sign-in': {
      values: { identifier: string; keep: boolean }
      next: string
      errors: FieldErrors
      /** Nothing is wrong with the fields: there were too many attempts. */
      limited?: boolean
      reason: string | null
    }
  }
}

type SignInRequest = FastifyRequest<{ Body: SignInForm }>

export default async function sessions(app: FastifyInstance) {
  const open = { config: { public: true } }
  app.register(sessionList)
  app.get('/sign-in', { ...open, schema: { querystring: NextQuery } }, showSignIn)
  app.post('/sign-in', { ...open, schema: { body: SignInForm }, attachValidation: true }, signIn)
  app.post('/sign-out', open, signOut)
}

async function showSignIn(request: FastifyRequest<{ Querystring: NextQuery }>, reply: FastifyReply) {
  const next = returnPath(request.query.next)
  if (request.viewer) return reply.redirect(next, 303)
  const reason =
    next === '/'
      ? null
      : request.t(next.startsWith('/posts/new') ? 'sessions.sign_in_to_write' : 'sessions.sign_in_first')
  return reply.page('sessions/sign-in', { values: { identifier: '', keep: false }, next, errors: {}, reason })
}

async function signIn(request: SignInRequest, reply: FastifyReply) {
  const { identifier, keep, next } = request.body
  const errors = fieldErrorsOf(request)
  reply.code(422)
  const account = hasFieldErrors(errors) ? null : await authenticateOrComplain(request, reply, errors)
  if (account) {
    await startSession(request, reply, { ...account, persistent: keep !== undefined })
    return reply.redirect(returnPath(next), 303)
  }
  const values = { identifier, keep: keep !== undefined }
  const limited = reply.statusCode === 429
  return reply.page('sessions/sign-in', { values, next: returnPath(next), errors, limited, reason: null })
}

async function authenticateOrComplain(request: SignInRequest, reply: FastifyReply, errors: FieldErrors) {
  const account = await authenticate(request, request.body).catch(catchRateLimit)
  const isLimited = account instanceof RateLimitExceeded
  if (account && !isLimited) return account
  errors['form'] = isLimited ? tooManyRequests(reply, account, 'limits.sign_in') : request.t('sessions.wrong')
  return null
}

/**
 * A new token at each sign-in; the session that this browser had before, if any, ends. The browser is known
 * from now on: whoever hammers the account does not lock it out.
 */
export async function startSession(
  request: FastifyRequest,
  reply: FastifyReply,
  { id: userId, passwordHash, persistent }: { id: number; passwordHash: string; persistent: boolean },
): Promise<void> {
  const token = newToken()
  const device = deviceToken(request)
  const userAgent = (request.headers['user-agent'] ?? '').slice(0, 400)
  const session = { tokenHash: hashToken(token), userId, persistent, userAgent, label: deviceOf(userAgent) }
  await request.server.db.transaction(async tx => {
    // The password may have been reset, and every session ended, while it was being compared.
    if (!(await hasPassword(tx, userId, passwordHash))) throw new Problem(401)
    if (request.session) await endSession(tx, request.session.id)
    await createSession(tx, session, new Date())
    await saveKnownDevice(tx, { tokenHash: hashToken(device), userId }, new Date())
  })
  setSessionCookie(reply, token, persistent)
  setDeviceCookie(reply, device)
}

/** Public, so that signing out twice is harmless. */
async function signOut(request: FastifyRequest, reply: FastifyReply) {
  const { session } = request
  if (session) await request.server.db.transaction(tx => endSession(tx, session.id))
  return reply.clearSiteCookie('session').flash('sessions.signed_out').redirect('/', 303)
}

/**
 * Answers a form that was sent without a session (it ended meanwhile, say) with the sign-in page; what was
 * typed into a post is carried through it to the page where it was written.
 */
export function askToSignIn(request: FastifyRequest, reply: FastifyReply) {
  const next = wayBack(request)
  const reason = reasonFor(request, next)
  const values = { identifier: '', keep: false }
  return reply.code(401).page('sessions/sign-in', { values, next, errors: {}, reason })
}

function reasonFor({ url, t }: FastifyRequest, next: string): string {
  const [, username] = /^\/@(\w+)\/follow$/.exec(url) ?? []
  if (username) return t('sessions.sign_in_to_follow', { name: `@${username}` })
  if (!next.includes('?body=')) return t('sessions.sign_in_to_continue')
  return t(next.startsWith('/messages/') ? 'messages.sign_in' : 'sessions.sign_in_to_write')
}

/** Characters of a post that travel through signing in: an address, encoded twice, has to hold them. */
const mostCarried = 3_000

/** The page that a form was on: forms on lists say so themselves. */
function wayBack({ url, body }: FastifyRequest): string {
  const { body: words, language, next } = Object(body) as Partial<Record<string, string>>
  const [path = '/'] = url.split('?')
  const said = language ? `&language=${encodeURIComponent(language.slice(0, 20).toWellFormed())}` : ''
  const typed = `?body=${encodeURIComponent((words ?? '').slice(0, mostCarried).toWellFormed())}${said}`
  if (path === '/posts') return `/posts/new${typed}`
  if (/^\/posts\/\d+$/.test(path)) return `${path}/edit${typed}`
  if (/^\/messages\/@\w+$/.test(path)) return path + typed
  // The page that a form was on: what it was sent to may have none of its own.
  const settings = /^\/settings\/(account\/\w+|\w+)/.exec(path)?.[0]
  return settings ?? returnPath(next)
}
