import { Type } from 'typebox'

export const LiveQuery = Type.Object({
  /** Who the page is for: it may be an old one, and another person signed in by now. */
  user: Type.Optional(Type.Integer()),
})
export type LiveQuery = Type.Static<typeof LiveQuery>
