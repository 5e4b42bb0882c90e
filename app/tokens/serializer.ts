/** What the API shows of a token, once. */
import { Type } from 'typebox'
import { Timestamp, TimestampOrNull } from '../api/types.ts'
import type { Token } from './queries.ts'

export const TokenResource = Type.Object(
  {
    token: Type.String({ description: 'reference.token_secret' }),
    id: Type.Integer(),
    name: Type.String(),
    scope: Type.Enum(['read', 'write'], { description: 'reference.token_scope' }),
    createdAt: Timestamp(),
    expiresAt: TimestampOrNull({ description: 'reference.token_expires' }),
  },
  { $id: 'Token', description: 'reference.token' },
)

export function serializeToken(secret: string, { id, name, scope, createdAt, expiresAt }: Token) {
  const expiry = expiresAt?.toISOString() ?? null
  return { token: secret, id, name, scope, createdAt: createdAt.toISOString(), expiresAt: expiry }
}
