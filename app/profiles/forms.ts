import { Type } from 'typebox'

/** Nobody can be called anything else, so that such a path is a 404. */
export const ProfileParams = Type.Object({
  username: Type.String({ pattern: '^[A-Za-z0-9_]{1,64}$', examples: ['susan'] }),
})
export type ProfileParams = Type.Static<typeof ProfileParams>
