/** The place in a list that an address names; commands read lists without an address, and load no schemas. */
import { Type } from 'typebox'

/** Thirteen digits of milliseconds are 1970 to 2286: no row has another time, and both engines read these alike. */
const CursorText = Type.Optional(Type.String({ pattern: '^\\d{1,13}-\\d{1,15}$' }))
export const CursorQuery = Type.Object({ before: CursorText, after: CursorText })
export type CursorQuery = Type.Static<typeof CursorQuery>
