import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { hasPassword } from '../accounts/queries.ts'
import { Problem } from '../http/errors.ts'
import { type FieldErrors, fieldErrorsOf, hasFieldErrors } from '../http/forms.ts'
import { returnPath } from '../http/return-path.ts'
import { catchRateLimit, RateLimitExceeded, tooManyRequests } from '../limits/limits.ts'
import { hashToken, newToken, setSessionCookie } from '../security/tokens.ts'
import { authenticate } from './authenticate.ts'
import { deviceOf, deviceToken, setDeviceCookie } from './device.ts'
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
      /** Too many attempts; the fields are valid. */
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
  const found = hasFieldErrors(errors)
    ? null
    : await authenticate(request, request.body).catch(catchRateLimit)
  if (found instanceof RateLimitExceeded) errors['form'] = tooManyRequests(reply, found, 'limits.sign_in')
  else if (found) {
    await startSession(request, reply, { ...found, persistent: keep !== undefined })
    return reply.redirect(returnPath(next), 303)
  } else if (!hasFieldErrors(errors)) errors['form'] = request.t('sessions.wrong')
  const values = { identifier, keep: keep !== undefined }
  const limited = reply.statusCode === 429
  return reply.page('sessions/sign-in', { values, next: returnPath(next), errors, limited, reason: null })
}

/**
 * Starts a session with a new token and ends the browser's previous one. The browser becomes a known device, which
 * failed attempts from elsewhere do not lock out.
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
    // The password may have been reset while it was compared.
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
 * Answers a form without a session, which may have expired, with the sign-in page; its `next` carries the text of a
 * post back to the page where it was written.
 */
export function askToSignIn(request: FastifyRequest, reply: FastifyReply) {
  const next = returnPathWithText(request)
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

/** Characters of a text that the sign-in page carries: a URL holds them, encoded twice. */
const maxCarriedLength = 3_000

/** The page of a form; forms on lists send it as `next`. */
function returnPathWithText({ url, body }: FastifyRequest): string {
  const { body: text = '', language, next } = Object(body) as Partial<Record<string, string>>
  const [path = '/'] = url.split('?')
  const languageParam = language
    ? `&language=${encodeURIComponent(language.slice(0, 20).toWellFormed())}`
    : ''
  const query = `?body=${encodeURIComponent(text.slice(0, maxCarriedLength).toWellFormed())}${languageParam}`
  if (path === '/posts') return `/posts/new${query}`
  if (/^\/posts\/\d+$/.test(path)) return `${path}/edit${query}`
  if (/^\/messages\/@\w+$/.test(path)) return path + query
  // The URL that the form was sent to may have no page of its own.
  const settings = /^\/settings\/(account\/\w+|\w+)/.exec(path)?.[0]
  return settings ?? returnPath(next)
}
