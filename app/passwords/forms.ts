import { Type } from 'typebox'
import { Email, OwnPassword } from '../accounts/forms.ts'
import { Token } from '../sessions/forms.ts'

export const PasswordParams = Type.Object({ token: Token })
export type PasswordParams = Type.Static<typeof PasswordParams>

export const PasswordForm = Type.Object({
  password: Type.String({ default: '' }),
  password_again: Type.Optional(Type.String()),
})
export type PasswordForm = Type.Static<typeof PasswordForm>

export const ForgottenForm = Type.Object({ email: Email })
export type ForgottenForm = Type.Static<typeof ForgottenForm>

export const ChangeForm = Type.Object({
  current_password: OwnPassword,
  password: Type.String({ default: '' }),
  password_again: Type.Optional(Type.String()),
  /** Ticked: API tokens end, too. */
  end_tokens: Type.Optional(Type.String()),
})
export type ChangeForm = Type.Static<typeof ChangeForm>
