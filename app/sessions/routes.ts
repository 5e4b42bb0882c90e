import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { verifyPassword } from '../accounts/password.ts'
import { findCredentials, hasPassword } from '../accounts/queries.ts'
import { Problem } from '../plugins/errors.ts'
import { type Complaints, complaintsOf, hasComplaints } from '../plugins/forms.ts'
import { deviceOf } from './device.ts'
import { NextQuery, SignInForm } from './forms.ts'
import { createSession, endSession } from './queries.ts'
import { returnPath } from './return-path.ts'
import { hashToken, newToken, setSessionCookie } from './token.ts'

declare module '../plugins/views.ts' {
  interface Pages {
    'sessions/sign-in': {
      values: { identifier: string; keep: boolean }
      next: string
      errors: Complaints
      reason: string | null
    }
  }
}

export default async function sessions(app: FastifyInstance) {
  const open = { config: { public: true } }
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

async function signIn(request: FastifyRequest<{ Body: SignInForm }>, reply: FastifyReply) {
  const { identifier, password, keep, next } = request.body
  const errors = complaintsOf(request)
  const credentials = hasComplaints(errors) ? null : await findCredentials(request.server.db, identifier)
  if (!hasComplaints(errors) && !(await verifyPassword(password, credentials?.passwordHash))) {
    errors['form'] = request.t('sessions.wrong')
  }
  if (credentials && !hasComplaints(errors)) {
    await startSession(request, reply, { ...credentials, persistent: keep !== undefined })
    return reply.redirect(returnPath(next), 303)
  }
  const values = { identifier, keep: keep !== undefined }
  return reply.code(422).page('sessions/sign-in', { values, next: returnPath(next), errors, reason: null })
}

/** A new token at each sign-in; the session that this browser had before, if any, ends. */
export async function startSession(
  request: FastifyRequest,
  reply: FastifyReply,
  { id: userId, passwordHash, persistent }: { id: number; passwordHash: string; persistent: boolean },
): Promise<void> {
  const token = newToken()
  const userAgent = (request.headers['user-agent'] ?? '').slice(0, 400)
  const session = { tokenHash: hashToken(token), userId, persistent, userAgent, label: deviceOf(userAgent) }
  await request.server.db.transaction(async tx => {
    // The password may have been reset, and every session ended, while it was being compared.
    if (!(await hasPassword(tx, userId, passwordHash))) throw new Problem(401)
    if (request.viewer) await endSession(tx, request.viewer.session.id)
    await createSession(tx, session, new Date())
  })
  setSessionCookie(reply, token, persistent)
}

/** Public, so that signing out twice is harmless. */
async function signOut(request: FastifyRequest, reply: FastifyReply) {
  const { viewer } = request
  if (viewer) await request.server.db.transaction(tx => endSession(tx, viewer.session.id))
  return reply.clearSiteCookie('session').flash('sessions.signed_out').redirect('/', 303)
}

/**
 * Answers a form that was sent without a session (it ended meanwhile, say) with the sign-in page; what was
 * typed into a post is carried through it to the page where it was written.
 */
export function askToSignIn(request: FastifyRequest, reply: FastifyReply) {
  const next = wayBack(request)
  const reason = request.t(next.includes('?body=') ? 'sessions.sign_in_to_write' : 'sessions.sign_in_first')
  const values = { identifier: '', keep: false }
  return reply.code(401).page('sessions/sign-in', { values, next, errors: {}, reason })
}

/** Characters of a post that travel through signing in: an address, encoded twice, has to hold them. */
const mostCarried = 3_000

/** The page that a form was on: forms on lists say so themselves. */
function wayBack({ url, body }: FastifyRequest): string {
  const { body: words, next } = Object(body) as { body?: string; next?: string }
  const [path = '/'] = url.split('?')
  const typed = `?body=${encodeURIComponent((words ?? '').slice(0, mostCarried).toWellFormed())}`
  if (path === '/posts') return `/posts/new${typed}`
  if (/^\/posts\/\d+$/.test(path)) return `${path}/edit${typed}`
  return path.startsWith('/settings/') ? path : returnPath(next)
}
