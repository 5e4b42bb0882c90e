import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import { beginAnswer, Problem, phraseFor, sendProblem } from '../http/errors.ts'
import type { FieldErrors } from '../http/forms.ts'

/** A request with wrong fields: one entry in `errors` for each. */
export class FieldProblem extends Problem {
  readonly errors: object[]
  constructor(status: 400 | 409 | 422, fieldErrors: FieldErrors, part = 'body') {
    super(status)
    this.errors = Object.entries(fieldErrors).map(([name, detail]) => ({ ...locate(name, part), detail }))
  }
}

/** Where a field is: a JSON pointer into the body, or the name of a parameter or header. */
function locate(name: string, part: string): object {
  if (part === 'body') return { pointer: name === 'form' ? '#' : `#/${name}` }
  return part === 'headers' ? { header: name } : { parameter: name }
}

/** Sends every error as problem details. */
export default plugin(async (app: FastifyInstance) => {
  app.setErrorHandler((error: FastifyError, request, reply) => answerError(error, request, reply))
  app.setNotFoundHandler((request, reply) => answerError(new Problem(404), request, reply))
})

function answerError(error: FastifyError | Problem, request: FastifyRequest, reply: FastifyReply) {
  const { status, wait } = beginAnswer(error, request, reply)
  reply.header('vary', 'Authorization, Accept-Language')
  const nearest = statusesWithDetail.find(known => known === status) ?? (status < 500 ? 400 : 500)
  const { t, id: requestId } = request
  const sentence =
    error instanceof Problem && error.key ? t(error.key, error.values) : t(`api.detail_${nearest}`)
  const detail = wait ? `${sentence} ${wait}` : sentence
  const errors = error instanceof FieldProblem && { errors: error.errors }
  return sendProblem(
    { title: String(phraseFor(status)), status, detail, requestId, ...errors },
    request,
    reply,
  )
}

/** Statuses with a sentence of their own; others use that of 400 or 500. */
const statusesWithDetail = [400, 401, 403, 404, 409, 413, 415, 422, 429, 500, 503] as const
