import { Type } from 'typebox'

export const NotificationParams = Type.Object({
  id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
})
export type NotificationParams = Type.Static<typeof NotificationParams>

/** Up to which moment (milliseconds) the page showed what is to be marked as read; all, if it does not say. */
export const ReadForm = Type.Object({ upTo: Type.Optional(Type.String({ pattern: '^\\d{1,14}$' })) })
export type ReadForm = Type.Static<typeof ReadForm>
