import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { addFieldErrors, type FieldErrors } from '../http/forms.ts'
import { validateText } from '../posts/forms.ts'

export const MessageForm = Type.Object({
  body: Type.String({ default: '' }),
  submission: Type.Optional(Type.String({ maxLength: 100 })),
})
export type MessageForm = Type.Static<typeof MessageForm>

/** Whom a new message is for: a username, or a part of a name. */
export const ChoiceQuery = Type.Object({ to: Type.Optional(Type.String()) })
export type ChoiceQuery = Type.Static<typeof ChoiceQuery>

/** A message has the same limits as a post. */
export function validateMessage(request: FastifyRequest<{ Body: MessageForm }>): FieldErrors {
  const limit = request.server.config.postMaxLength
  const errorKeys = { blank: 'messages.blank', tooLong: 'messages.too_long' } as const
  return addFieldErrors(request, {}, { body: validateText(request.body.body, limit, errorKeys) })
}
