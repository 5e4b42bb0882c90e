/** What stands in an address for a thing; anything else names nothing, so the answer is 404. */
import { Type } from 'typebox'
import { tagPattern } from '../text/hashtags.ts'

export const IdParams = Type.Object({
  id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, examples: [42] }),
})
export type IdParams = Type.Static<typeof IdParams>

export const UsernameParams = Type.Object({
  username: Type.String({ pattern: '^[A-Za-z0-9_]{1,64}$', examples: ['susan'] }),
})
export type UsernameParams = Type.Static<typeof UsernameParams>

export const TagParams = Type.Object({
  tag: Type.String({ pattern: `^${tagPattern}$`, maxLength: 100, examples: ['tea'] }),
})
export type TagParams = Type.Static<typeof TagParams>
