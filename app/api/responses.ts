import type { FastifySchema, RouteOptions } from 'fastify'
import { Type } from 'typebox'
import type { LocaleKey } from '../locales/translate.ts'
import { scopeOf } from './authentication.ts'
import { returnsNothing, returnsProblem } from './descriptions.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A create that an Idempotency-Key makes safe to send again. */
    idempotent?: boolean
    /** A change that If-Match keeps from overwriting another. */
    conditional?: boolean
  }
}

type Schema = FastifySchema & { response?: unknown }

/** Lets a route take the header that makes its create safe to send again. */
export function takeIdempotencyKey(route: RouteOptions): void {
  if (route.config?.idempotent) route.schema = { ...route.schema, headers: one('Idempotency-Key') }
}

/**
 * Adds to a route's description what holds for every route of its kind: its problems, headers and security. In
 * the reference alone: to Fastify, each would be one more serialiser to compile, some four hundred in all.
 */
export function withCommonAnswers(schema: Schema, route: RouteOptions): FastifySchema {
  return {
    ...schema,
    ...headersOf(route),
    security: securityOf(route),
    response: { ...problemsOf(route, schema), ...(schema.response as object) },
  }
}

const problemWords = {
  400: 'api.detail_400',
  401: 'api.detail_401',
  403: 'api.detail_403',
  404: 'api.detail_404',
  406: 'api.only_json',
  412: 'api.changed_meanwhile',
  413: 'api.detail_413',
  415: 'api.detail_415',
  422: 'api.detail_422',
  429: 'api.detail_429',
  '5xx': 'api.detail_500',
} as const satisfies Record<number | string, LocaleKey>
type Status = keyof typeof problemWords

function problemsOf({ method, config = {} }: RouteOptions, schema: Schema): object {
  const statuses: Status[] = [400, 401, 406, 429, '5xx']
  if (!config.public && method !== 'GET') statuses.push(403)
  if (schema.params) statuses.push(404)
  if (method !== 'GET') statuses.push(413, 415)
  if (schema.body) statuses.push(422)
  if (config.conditional) statuses.push(412)
  const problems = Object.fromEntries(statuses.map(status => [status, returnsProblem(problemWords[status])]))
  return method === 'GET' ? { ...problems, 304: returnsNothing('reference.answer_304') } : problems
}

const headers = {
  'If-None-Match': Type.Optional(Type.String({ description: 'reference.if_none_match' })),
  'If-Match': Type.Optional(Type.String({ description: 'reference.if_match' })),
  'Idempotency-Key': Type.Optional(
    Type.String({
      pattern: '^[\\x21-\\x7e]{1,255}$',
      errorKey: 'api.key_unusable',
      description: 'reference.idempotency_key',
    }),
  ),
}

function headersOf({ method, config = {} }: RouteOptions): { headers?: object } {
  if (method === 'GET') return { headers: one('If-None-Match') }
  return config.conditional ? { headers: one('If-Match') } : {}
}

function one(name: keyof typeof headers) {
  return Type.Object({ [name]: headers[name] })
}

/** What a token must be good for stands in the place of OAuth's scopes. */
function securityOf({ method, config = {} }: RouteOptions): Record<string, string[]>[] {
  if (config.password) return [{ password: [] }]
  const token = { token: [scopeOf(String(method), config)] }
  return config.public ? [{}, token] : [token]
}
