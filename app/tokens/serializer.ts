/** A token as the API shows it, once. */
import { Type } from 'typebox'
import { Timestamp, TimestampOrNull } from '../api/schemas.ts'
import type { Token } from './queries.ts'

export const TokenResource = Type.Object(
  {
    token: Type.String({
      description: 'What to send as “Authorization: Bearer …”. Keep it: it’s never shown again.',
    }),
    id: Type.Integer(),
    name: Type.String(),
    scope: Type.Enum(['read', 'write'], { description: 'What it can do: read, or write as well.' }),
    createdAt: Timestamp(),
    expiresAt: TimestampOrNull({ description: 'When it stops working; null: when it’s revoked.' }),
  },
  { $id: 'Token', description: 'A token, shown once.' },
)

export function serializeToken(secret: string, { id, name, scope, createdAt, expiresAt }: Token) {
  const expiry = expiresAt?.toISOString() ?? null
  return { token: secret, id, name, scope, createdAt: createdAt.toISOString(), expiresAt: expiry }
}
