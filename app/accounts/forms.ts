import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Config } from '../config.ts'
import { lengths } from '../database/schema.ts'
import { addFieldErrors, type FieldErrors, fieldErrorsOf } from '../http/forms.ts'
import type { LocaleKey } from '../locales/translate.ts'
import { isReservedUsername } from '../people/reserved-usernames.ts'
import { isGuessable, isMadeOf } from '../security/password-strength.ts'
import { Token } from '../sessions/forms.ts'

const domainLabel = String.raw`[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}\-]{0,61}[\p{L}\p{N}\p{M}])?`
/**
 * Also with a domain in any script (münchen.de), and with a dot in it; not at the address of a machine (1.2.3.4).
 * @see https://html.spec.whatwg.org/#valid-e-mail-address
 */
const email = String.raw`^[a-zA-Z0-9.!#$%&'*+\/=?^_\x60{|}~\-]+@(?:${domainLabel}\.)+(?!\p{N}+$)${domainLabel}$`

const Username = Type.String({
  default: '',
  pattern: '^[A-Za-z0-9_]{1,64}$',
  errorKey: 'accounts.username_invalid',
})

export const Email = Type.Intersect(
  [
    Type.String({ maxLength: lengths.email[1], errorKey: 'accounts.email_too_long' }),
    Type.String({ pattern: email, errorKey: 'accounts.email_invalid' }),
  ],
  { default: '' },
)

export const SignUpForm = Type.Object({
  username: Username,
  email: Email,
  password: Type.String({ default: '' }),
  /** Present where no script can show the password. */
  password_again: Type.Optional(Type.String()),
  next: Type.Optional(Type.String()),
  press: Type.Optional(Type.String()),
})
export type SignUpForm = Type.Static<typeof SignUpForm>

/** The current password, to confirm a change. */
export const OwnPassword = Type.String({
  default: '',
  minLength: 1,
  maxLength: 1000,
  errorKey: 'sessions.password_blank',
})

/** The current password in a form that asks for it only now and then (passwords/confirm-password.ts). */
export const RecentPassword = Type.String({
  default: '',
  maxLength: 1000,
  errorKey: 'accounts.password_wrong',
})

export const UsernameForm = Type.Object({ username: Username, current_password: OwnPassword })
export type UsernameForm = Type.Static<typeof UsernameForm>

export const EmailForm = Type.Object({ email: Email, current_password: OwnPassword })
export type EmailForm = Type.Static<typeof EmailForm>

export const ClosureForm = Type.Object({ current_password: OwnPassword })
export type ClosureForm = Type.Static<typeof ClosureForm>

export const ConfirmationParams = Type.Object({ token: Token })
export type ConfirmationParams = Type.Static<typeof ConfirmationParams>

/** The errors of a sign-up that need no query. */
export function validateSignUp(request: FastifyRequest<{ Body: SignUpForm }>): FieldErrors {
  const { username, email } = request.body
  const errors = fieldErrorsOf(request)
  // Only of names that the schema accepts, because others may be as long as a body.
  const own = [errors['username'] ? [] : username, errors['email'] ? [] : email].flat()
  return addFieldErrors(request, errors, {
    username: !errors['username'] && isReservedUsername(username) && 'accounts.username_reserved',
    ...validatePasswords(request.body, own, request.server.config),
  })
}

/**
 * The errors of a new password, and of its repetition if there is one. `own` are the person's names and address, which
 * are guessed first.
 */
export function validatePasswords(
  { password, password_again }: { password: string; password_again?: string },
  own: string[],
  { siteName }: Pick<Config, 'siteName'>,
) {
  return {
    password: errorKeyFor(password, own, siteName),
    password_again:
      password_again !== undefined && password_again !== password && ('accounts.passwords_differ' as const),
  }
}

function errorKeyFor(password: string, own: string[], siteName: string): LocaleKey | false {
  if ([...password].length < 8) return 'accounts.password_too_short'
  if ([...password].length > 200) return 'accounts.password_too_long'
  if (isMadeOf(password, own)) return 'accounts.password_like_you'
  const isGuessed = isMadeOf(password, [siteName]) || isGuessable(password, [...own, siteName])
  return isGuessed && 'accounts.password_common'
}
