/** What the settings ask again before they change something that matters: the person's own password. */
import type { FastifyReply } from 'fastify'
import { type Account, findAccount } from '../accounts/queries.ts'
import { Problem } from '../http/errors.ts'
import type { FieldErrors } from '../http/forms.ts'
import { catchRateLimit, RateLimitExceeded, tooManyRequests } from '../limits/limits.ts'
import type { MemberRequest } from '../people/viewer.ts'
import { authenticate } from '../sessions/authenticate.ts'

type OwnRequest = MemberRequest<{ Body: { current_password: string } }>

/**
 * Returns the viewer's account, and adds an error if the password in the form is wrong. Limited like sign-in, so that
 * an intruder with an open session cannot guess the password.
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
  return account
}
