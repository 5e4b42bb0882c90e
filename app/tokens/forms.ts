import { Type } from 'typebox'
import { RecentPassword } from '../accounts/forms.ts'
import { visible } from '../text/normalize.ts'

const Name = Type.String({ minLength: 1, maxLength: 64, pattern: visible, errorKey: 'tokens.name_wrong' })
const Scope = Type.Enum(['read', 'write'], { errorKey: 'tokens.scope_unknown' })

/** The choices of days until expiry. */
export const lifetimes = [30, 90, 365] as const

export const TokenForm = Type.Object({
  name: Type.String({ ...Name, default: '' }),
  scope: Scope,
  expiry: Type.Enum([...lifetimes.map(String), 'never'], { errorKey: 'tokens.expiry_unknown' }),
  current_password: RecentPassword,
})
export type TokenForm = Type.Static<typeof TokenForm>

/** The API's request for a token; `write` by default, because the original's tokens had no scope. */
export const TokenBody = Type.Object(
  {
    name: Type.Optional({
      ...Name,
      default: 'API',
      description: 'So that you recognize it in your settings.',
      examples: ['my script'],
    }),
    scope: Type.Optional({
      ...Scope,
      default: 'write',
      description: 'What it can do: read, or write as well.',
    }),
    expiresInDays: Type.Optional(
      Type.Unsafe<number | null>({
        type: ['integer', 'null'],
        minimum: 1,
        maximum: 365,
        default: 90,
        errorKey: 'tokens.expiry_unknown',
        description: 'Days until it stops working; null: until it’s revoked.',
      }),
    ),
  },
  { additionalProperties: false },
)
export type TokenBody = Type.Static<typeof TokenBody>

const day = 86_400_000

/** The expiry date; null for a token that is valid until it is revoked. */
export function expiryOf(days: number | null, now: Date): Date | null {
  return days === null ? null : new Date(now.getTime() + days * day)
}
