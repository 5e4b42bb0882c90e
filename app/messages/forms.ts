import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { CursorQuery } from '../database/cursor.ts'
import { addFieldErrors, type FieldErrors } from '../http/forms.ts'
import { validateText } from '../posts/forms.ts'

export const MessageForm = Type.Object({
  body: Type.String({ default: '' }),
  submission: Type.Optional(Type.String({ maxLength: 100 })),
})
export type MessageForm = Type.Static<typeof MessageForm>

/** Which page of a thread, and what was typed before signing in again. */
export const ThreadQuery = Type.Object({
  ...CursorQuery.properties,
  body: Type.Optional(Type.String({ maxLength: 20_000 })),
})
export type ThreadQuery = Type.Static<typeof ThreadQuery>

/** What is wrong with the words of a message: what would be wrong with them as a post. */
export function validateMessage(request: FastifyRequest<{ Body: MessageForm }>): FieldErrors {
  const limit = request.server.config.postMaxLength
  const words = { blank: 'messages.blank', tooLong: 'messages.too_long' } as const
  return addFieldErrors(request, {}, { body: validateText(request.body.body, limit, words) })
}
