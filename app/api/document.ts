import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { operation, returnsJson } from './descriptions.ts'

/** The description of everything, in the language that is asked for; api/docs.ts is the same for people. */
export default async function document(app: FastifyInstance) {
  const anything = Type.Object({}, { additionalProperties: true })
  const show = operation('reference', 'reference.get_reference', {
    config: { public: true },
    answers: { 200: returnsJson(anything, 'reference.answer_ok') },
  })
  app.get('/openapi.json', show, showDocument)
}

async function showDocument({ server, language }: FastifyRequest, reply: FastifyReply) {
  return reply.resource(server.reference(language))
}
