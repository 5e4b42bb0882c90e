import accepts from 'accepts'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import { isMissingReference, isUnavailable } from '../database/errors.ts'
import type { Arguments, LocaleKey, Translate } from '../locales/translate.ts'

/** An error response, with a sentence for the person. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly statusCode: number
  readonly key: LocaleKey | null
  readonly values: Arguments
  /** Seconds until a retry may succeed. */
  readonly retryAfter: number | null = null
  constructor(statusCode: number, key: LocaleKey | null = null, values: Arguments = {}) {
    super(key ?? phraseFor(statusCode))
    this.statusCode = statusCode
    this.key = key
    this.values = values
  }
}

/** Statuses with their own texts; another status uses those of 400 or 500. */
const describedStatuses = [400, 401, 403, 404, 410, 413, 422, 429, 500, 503] as const

declare module './views.ts' {
  interface Pages {
    'errors/show': {
      status: number
      title: string
      detail: string
      requestId: string
      /** When to retry, as a sentence. */
      wait: string | null
    }
  }
}

export default plugin(async (app: FastifyInstance) => {
  app.setErrorHandler((error: FastifyError, request, reply) => answerError(error, request, reply))
  app.setNotFoundHandler((request, reply) => answerError(new Problem(404), request, reply))
})

/** A page for people, problem details (RFC 9457) for clients that prefer JSON: the same status in both. */
export function answerError(error: FastifyError | Problem, request: FastifyRequest, reply: FastifyReply) {
  const { status, wait } = beginAnswer(error, request, reply)
  reply.header('vary', 'Accept, Cookie, Accept-Language')
  const { title, detail } = textsFor(error, status, request)
  const problem = { status, title, requestId: request.id }
  if (!prefersJson(request)) return reply.page('errors/show', { ...problem, detail, wait })
  return sendProblem({ ...problem, detail: wait ? `${detail} ${wait}` : detail }, request, reply)
}

/** Logs an error of ours, sets the status and headers, and says when to retry, as a sentence. */
export function beginAnswer(error: FastifyError | Problem, request: FastifyRequest, reply: FastifyReply) {
  // No client waits for the answer to an upload that was broken off, and nothing is wrong here.
  const isBrokenOff = request.raw.destroyed && !request.raw.complete
  const status = isBrokenOff ? 400 : statusOf(error)
  if (status >= 500) request.log.error({ err: error }, 'request failed')
  const retryAfter = (error as Problem).retryAfter ?? (status === 503 ? 5 : null)
  if (retryAfter && !reply.hasHeader('retry-after')) reply.header('retry-after', String(retryAfter))
  reply.code(status).header('cache-control', 'no-store')
  const seconds = Number(reply.getHeader('retry-after'))
  return { status, wait: seconds > 0 ? retrySentence(seconds, request.t) : null }
}

/** An import would load all of Node's HTTP, with fetch: a twentieth of the start. */
const { STATUS_CODES } = process.getBuiltinModule('node:http')

/** The standard reason phrase of a status. */
export function phraseFor(status: number): string | undefined {
  return STATUS_CODES[status]
}

export function statusOf(error: FastifyError | Problem): number {
  if (isUnavailable(error)) return 503
  if (isMissingReference(error)) return 404
  const { validationContext, statusCode } = error as FastifyError
  // An invalid path, such as /posts/abc, is not found.
  if (validationContext === 'params') return 404
  return statusCode && statusCode >= 400 && statusCode < 600 ? statusCode : 500
}

function textsFor(error: FastifyError | Problem, status: number, { t }: FastifyRequest) {
  const described = describedStatuses.find(known => known === status) ?? (status < 500 ? 400 : 500)
  const badCursor = (error as FastifyError).validationContext === 'querystring' && 'errors.bad_cursor'
  const key = (error instanceof Problem && error.key) || badCursor || (`errors.detail_${described}` as const)
  // That something cannot be changed is said of a change alone: other refusals say why.
  const isRefused = described === 403 && key !== 'errors.detail_403'
  return {
    title: t(isRefused ? 'errors.title_refused' : `errors.title_${described}`),
    detail: t(key, error instanceof Problem ? error.values : {}),
  }
}

export function prefersJson({ raw }: FastifyRequest): boolean {
  return accepts(raw).type(['html', 'json']) === 'json'
}

/** A form's errors as problem details, for a client that prefers JSON. */
export function refuseForm(reply: FastifyReply, errors: Record<string, string>): FastifyReply {
  const { request, statusCode: status } = reply
  const texts = textsFor(new Problem(status), status, request)
  return sendProblem({ status, ...texts, requestId: request.id, errors }, request, reply)
}

type ProblemDetails = {
  title: string
  status: number
  detail: string
  requestId: string
  errors?: Record<string, string> | object[]
}

/** @see https://www.rfc-editor.org/rfc/rfc9457 */
export function sendProblem(details: ProblemDetails, request: FastifyRequest, reply: FastifyReply) {
  const instance = request.url.split('?')[0]
  const body = { type: 'about:blank', ...details, instance }
  return reply.type('application/problem+json').send(JSON.stringify(body))
}

/** "Try again in 40 seconds." */
export function retrySentence(seconds: number, t: Translate): string {
  if (seconds < 100) return t('errors.retry_after', { seconds })
  const minutes = Math.ceil(seconds / 60)
  if (minutes < 48 * 60) return t('errors.retry_after_minutes', { minutes })
  return t('errors.retry_after_days', { days: Math.ceil(minutes / 60 / 24) })
}
