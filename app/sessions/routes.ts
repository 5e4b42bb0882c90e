import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type FieldErrors, fieldErrorsOf, hasFieldErrors } from '../http/forms.ts'
import { returnPath } from '../http/return-path.ts'
import { catchRateLimit, RateLimitExceeded, tooManyRequests } from '../limits/limits.ts'
import type { LocaleKey } from '../locales/translate.ts'
import { canMail } from '../mail/mail.ts'
import { findPerson } from '../profiles/queries.ts'
import { clearBrowserCache, clearSession } from '../security/tokens.ts'
import { authenticate } from './authenticate.ts'
import { type NextQuery, OnwardQuery, SignInForm } from './forms.ts'
import { goOn, isKept, keepForm, keptOnward, type Onward } from './interrupted-forms.ts'
import signInLinks from './link-routes.ts'
import sessionList from './list-routes.ts'
import { endSession } from './queries.ts'
import { startSession } from './start.ts'

declare module '../http/views.ts' {
  interface Pages {
    'sessions/sign-in': Onward & {
      values: { identifier: string; keep: boolean }
      errors: FieldErrors
      /** Too many attempts; the fields are valid. */
      limited?: boolean
      reason: string | null
    }
  }
}

const emptyForm = { values: { identifier: '', keep: false }, errors: {} }

type OnwardRequest = FastifyRequest<{ Querystring: OnwardQuery }>
type SignInRequest = FastifyRequest<{ Body: SignInForm }>

export default async function sessions(app: FastifyInstance) {
  const open = { config: { public: true } }
  app.register(sessionList)
  app.register(signInLinks)
  app.get('/sign-in', { ...open, schema: { querystring: OnwardQuery } }, showSignIn)
  app.post('/sign-in', { ...open, schema: { body: SignInForm }, attachValidation: true }, signIn)
  app.post('/sign-out', open, signOut)
  app.get('/signed-out', open, emptyBrowserCache)
}

async function showSignIn(request: OnwardRequest, reply: FastifyReply) {
  const onward = await onwardOf(request)
  if (request.viewer) return reply.redirect(onward.next, 303)
  const reason = await reasonFor(request, onward)
  return reply.page('sessions/sign-in', { ...emptyForm, ...onward, reason })
}

/**
 * Without a `next`, signing in or up resumes what this browser sent without a session. A button that it did not press is
 * not named, whatever the link says.
 */
export async function onwardOf(request: OnwardRequest): Promise<Onward> {
  const { next, press = null } = request.query
  const kept = next === undefined && !request.viewer ? await keptOnward(request) : null
  return kept ?? { next: returnPath(next), press: (await isKept(request, press)) ? press : null }
}

async function signIn(request: SignInRequest, reply: FastifyReply) {
  const { identifier, keep, press = null } = request.body
  const next = returnPath(request.body.next)
  const errors = fieldErrorsOf(request)
  reply.code(422)
  const found = hasFieldErrors(errors)
    ? null
    : await authenticate(request, request.body).catch(catchRateLimit)
  if (found instanceof RateLimitExceeded) errors['form'] = tooManyRequests(reply, found, 'limits.sign_in')
  else if (found) {
    const token = await startSession(request, reply, { ...found, persistent: keep !== undefined })
    return goOn(request, reply, { next, press, token })
  } else if (!hasFieldErrors(errors)) errors['form'] = request.t(wrongKey(request))
  const values = { identifier, keep: keep !== undefined }
  const limited = reply.statusCode === 429
  const reason = (await isKept(request, press)) ? await reasonFor(request, { next, press }) : null
  return reply.page('sessions/sign-in', { values, next, press, errors, limited, reason })
}

/** An unproven address does not sign in (accounts/registration.ts); every such attempt gets the same answer. */
function wrongKey({ server, body }: SignInRequest): LocaleKey {
  const isAddress = body.identifier.trim().includes('@', 1)
  return isAddress && canMail(server.config) ? 'sessions.wrong_email' : 'sessions.wrong'
}

/** Public, so that signing out twice is harmless. */
async function signOut(request: FastifyRequest, reply: FastifyReply) {
  const { session } = request
  if (session) await request.server.db.transaction(tx => endSession(tx, session.id))
  return clearSession(reply).flash('sessions.signed_out').redirect('/', 303)
}

/** For the page after signing out, where scripts are off. */
async function emptyBrowserCache(_request: FastifyRequest, reply: FastifyReply) {
  return clearBrowserCache(reply).header('cache-control', 'no-store').code(204).send()
}

/** Answers a form without a session, which may have expired, with the sign-in page, which resumes it. */
export async function askToSignIn(request: FastifyRequest, reply: FastifyReply) {
  const kept = await keepForm(request, reply)
  const onward = kept ?? { next: returnPathOf(request), press: null }
  const reason = kept ? await reasonFor(request, kept) : request.t('sessions.sign_in_to_continue')
  return reply.code(401).page('sessions/sign-in', { ...emptyForm, ...onward, reason })
}

/** Why there is the sign-in page and not the page that was asked for, as a sentence. */
async function reasonFor({ server, t }: FastifyRequest, { next, press }: Onward): Promise<string | null> {
  const [path = ''] = (press ?? next).split('?')
  const [, folder, username = '', button] = /^\/(messages\/)?@(\w+)(?:\/(\w+))?/.exec(path) ?? []
  if (folder || button === 'follow' || button === 'block') {
    const name = (await findPerson(server.db, username))?.displayName ?? `@${username}`
    const action = folder ? 'message' : button === 'block' ? 'block' : 'follow'
    return t(`sessions.sign_in_to_${action}`, { name })
  }
  const verb = /^\/posts\/\d+\/(like|bookmark|repost)$/.exec(press ?? '')?.[1] as
    | 'like'
    | 'bookmark'
    | 'repost'
    | undefined
  if (verb) return t(`sessions.sign_in_to_${verb}`)
  if (/^\/posts\/\d+\/replies(\/new)?$/.test(path)) return t('sessions.sign_in_to_reply')
  if (press) return t('sessions.sign_in_to_continue')
  if (path === '/') return null
  return t(/^\/posts\/(new|\d+\/edit)$/.test(path) ? 'sessions.sign_in_to_write' : 'sessions.sign_in_first')
}

/** The page to return to from a form that is not resumed: of the settings, or the one that the form names. */
function returnPathOf({ url, body }: FastifyRequest): string {
  // The URL that the form was sent to may have no page of its own.
  const settings = /^\/settings\/(account\/\w+|\w+)/.exec(url)?.[0]
  return settings ?? returnPath((Object(body) as NextQuery).next)
}
