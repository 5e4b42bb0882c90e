/** What the settings ask again before they change something that matters: the person's own password. */
import type { FastifyReply } from 'fastify'
import { type Account, findAccount } from '../accounts/queries.ts'
import { Problem } from '../http/errors.ts'
import type { FieldErrors } from '../http/forms.ts'
import { catchRateLimit, RateLimitExceeded, tooManyRequests } from '../limits/limits.ts'
import type { MemberRequest } from '../people/viewer.ts'
import { authenticate } from '../sessions/authenticate.ts'
import { sessionOf } from '../sessions/plugin.ts'
import { confirmSession } from '../sessions/queries.ts'

type OwnRequest = MemberRequest<{ Body: { current_password: string } }>

/** Milliseconds for which a typed password counts in its session. */
const confirmationLifetime = 10 * 60_000

/** Whether a form has to ask for the password: it was not typed in this session lately. */
export function asksForPassword(request: MemberRequest): boolean {
  const { confirmedAt } = sessionOf(request)
  return confirmedAt === null || Date.now() - confirmedAt.getTime() > confirmationLifetime
}

/** For what may be done several times in a row: like `confirmPassword`, unless the password was typed lately. */
export async function confirmRecently(
  request: OwnRequest,
  reply: FastifyReply,
  errors: FieldErrors,
): Promise<void> {
  if (!asksForPassword(request)) return
  if (request.body.current_password) await confirmPassword(request, reply, errors)
  else errors['current_password'] ??= request.t('sessions.password_blank')
}

/**
 * Returns the viewer's account, and adds an error if the password in the form is wrong. Limited like sign-in, so that
 * an intruder with an open session cannot guess the password. The session remembers when it was right.
 */
export async function confirmPassword(
  request: OwnRequest,
  reply: FastifyReply,
  errors: FieldErrors,
): Promise<Account> {
  const account = await findAccount(request.server.db, request.viewer.id)
  if (!account) throw new Problem(401)
  if (errors['current_password']) return account
  const typed = { identifier: account.username, password: request.body.current_password }
  const found = await authenticate(request, typed).catch(catchRateLimit)
  if (found instanceof RateLimitExceeded) errors['form'] = tooManyRequests(reply, found)
  else if (!found) errors['current_password'] = request.t('accounts.password_wrong')
  else await recordConfirmation(request)
  return account
}

async function recordConfirmation(request: MemberRequest): Promise<void> {
  const [session, now] = [sessionOf(request), new Date()]
  await request.server.db.transaction(tx => confirmSession(tx, session, now))
  // A copy, because sessions are cached; the page of this response asks no more.
  request.session = { ...session, confirmedAt: now }
}
