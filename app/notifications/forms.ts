import { Type } from 'typebox'

/** Up to which moment (milliseconds) the page showed what is to be marked as read; all, if it does not say. */
export const ReadForm = Type.Object({ upTo: Type.Optional(Type.String({ pattern: '^\\d{1,14}$' })) })
export type ReadForm = Type.Static<typeof ReadForm>
