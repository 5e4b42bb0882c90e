import { Type } from 'typebox'

const Identifier = Type.String({
  default: '',
  minLength: 1,
  maxLength: 200,
  errorKey: 'sessions.identifier_blank',
})

export const SignInForm = Type.Object({
  identifier: Identifier,
  password: Type.String({ default: '', minLength: 1, maxLength: 1000, errorKey: 'sessions.password_blank' }),
  keep: Type.Optional(Type.String()),
  next: Type.Optional(Type.String()),
  press: Type.Optional(Type.String()),
})
export type SignInForm = Type.Static<typeof SignInForm>

/** The return path; returnPath() validates it. */
export const NextQuery = Type.Object({ next: Type.Optional(Type.String()) })
export type NextQuery = Type.Static<typeof NextQuery>

/** What signing in or up leads to (interrupted-forms.ts). */
export const OnwardQuery = Type.Object({
  next: Type.Optional(Type.String()),
  press: Type.Optional(Type.String()),
})
export type OnwardQuery = Type.Static<typeof OnwardQuery>

/** The format of newToken(). */
export const Token = Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' })

export const LinkForm = Type.Object({ identifier: Identifier })
export type LinkForm = Type.Static<typeof LinkForm>

export const LinkParams = Type.Object({ token: Token })
export type LinkParams = Type.Static<typeof LinkParams>
