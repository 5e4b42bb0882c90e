import { Type } from 'typebox'

export const TagParams = Type.Object({
  tag: Type.String({ pattern: '^[\\p{L}\\p{M}\\p{N}_]{1,100}$', examples: ['tea'] }),
})
export type TagParams = Type.Static<typeof TagParams>
