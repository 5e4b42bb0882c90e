import { Type } from 'typebox'

export const LiveQuery = Type.Object({
  /** The id of the last event that arrived, or when the page was made (milliseconds). */
  after: Type.Optional(Type.String({ maxLength: 12_000 })),
  /** Who the page is for: it may be an old one, and somebody else signed in by now. */
  user: Type.Optional(Type.Integer()),
})
export type LiveQuery = Type.Static<typeof LiveQuery>
