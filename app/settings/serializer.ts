/** What the API shows somebody of themself. */
import { Type } from 'typebox'
import { PageAddress, TextOrNull, Timestamp } from '../api/types.ts'
import type { Config } from '../config.ts'
import type { Me } from './queries.ts'

export const MeResource = Type.Object(
  {
    id: Type.Integer({ description: 'reference.user_id' }),
    username: Type.String({ examples: ['susan'] }),
    displayName: Type.String(),
    about: Type.String(),
    email: Type.String(),
    language: TextOrNull({ description: 'reference.me_language' }),
    createdAt: Timestamp(),
    url: PageAddress(),
  },
  { $id: 'Me', description: 'reference.me' },
)

export function serializeMe(me: Me, { publicUrl }: Config): Type.Static<typeof MeResource> {
  return { ...me, createdAt: me.createdAt.toISOString(), url: `${publicUrl}/@${me.username}` }
}
