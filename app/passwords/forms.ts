import { Type } from 'typebox'

export const PasswordParams = Type.Object({ token: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }) })
export type PasswordParams = Type.Static<typeof PasswordParams>

export const PasswordForm = Type.Object({
  password: Type.String({ default: '' }),
  password_again: Type.Optional(Type.String()),
})
export type PasswordForm = Type.Static<typeof PasswordForm>
