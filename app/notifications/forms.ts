import { Type } from 'typebox'

/** The time of the page (milliseconds) until which notifications are marked as read; all without it. */
export const ReadForm = Type.Object({ upTo: Type.Optional(Type.String({ pattern: '^\\d{1,14}$' })) })
export type ReadForm = Type.Static<typeof ReadForm>
