import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import { Problem, phraseFor, retrySentence, statusOf } from '../http/errors.ts'
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
  app.setErrorHandler((error: FastifyError, request, reply) => sendProblem(error, request, reply))
  app.setNotFoundHandler((request, reply) => sendProblem(new Problem(404), request, reply))
})

/** @see https://www.rfc-editor.org/rfc/rfc9457 */
function sendProblem(error: FastifyError | Problem, request: FastifyRequest, reply: FastifyReply) {
  const status = statusOf(error)
  if (status >= 500) request.log.error({ err: error }, 'request failed')
  const retryAfter = (error as Problem).retryAfter ?? (status === 503 ? 5 : null)
  if (retryAfter) reply.header('retry-after', String(retryAfter))
  reply.code(status).header('cache-control', 'no-store').header('vary', 'Authorization, Accept-Language')
  const instance = request.url.split('?')[0]
  const errors = error instanceof FieldProblem ? { errors: error.errors } : {}
  const nearest = statusesWithDetail.find(known => known === status) ?? (status < 500 ? 400 : 500)
  const { t } = request
  const sentence =
    error instanceof Problem && error.key ? t(error.key, error.values) : t(`api.detail_${nearest}`)
  const detail = retryAfter ? `${sentence} ${retrySentence(retryAfter, t)}` : sentence
  const about = { type: 'about:blank', title: phraseFor(status), status, detail }
  return reply.type('application/problem+json').send({ ...about, instance, requestId: request.id, ...errors })
}

/** Statuses with a sentence of their own; others use that of 400 or 500. */
const statusesWithDetail = [400, 401, 403, 404, 409, 413, 415, 422, 429, 500, 503] as const
