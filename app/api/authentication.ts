import type { FastifyContextConfig, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import { Problem } from '../http/errors.ts'
import { hashToken, touchAfter } from '../security/tokens.ts'
import { type Caller, findCaller, touchToken } from '../tokens/queries.ts'
import { countRequests } from './rate-limit.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Asks for a password instead of a token. */
    password?: boolean
    /** What a token must be good for; else it follows from the method. */
    scope?: 'read' | 'write'
  }
  interface FastifyRequest {
    /** Who sent the token, if anybody: the API's `viewer`. */
    caller: Caller | null
  }
}

/** Knows the caller by a token (RFC 6750), counts the request, and lets nobody do what their token is not for. */
export default plugin(async (app: FastifyInstance) => {
  const count = countRequests(app)
  app.decorateRequest('caller', null)
  // What asks for a cookie, such as the sign-in's "known device", finds none here.
  app.decorateRequest('siteCookie', () => undefined)
  app.addHook('onRequest', async (request, reply) => {
    const token = bearerToken(request)
    request.caller = token ? ((await findCaller(app.db, hashToken(token), new Date())) ?? null) : null
    await count(request)
    if (token !== null && !request.caller) throw unauthorized(reply, 'invalid_token')
    if (!request.is404) requireScope(request, reply)
  })
  rememberUse(app)
})

/** The token of `Authorization: Bearer …`; null without one, empty if there is something else in its place. */
function bearerToken({ headers, routeOptions }: FastifyRequest): string | null {
  const { authorization } = headers
  if (authorization === undefined || routeOptions.config.password) return null
  return /^bearer +([\w.~+/=-]{1,200})$/i.exec(authorization)?.[1] ?? ''
}

function requireScope(request: FastifyRequest, reply: FastifyReply): void {
  const { caller, method, routeOptions } = request
  const { config } = routeOptions
  if (config.public) return
  if (!caller) throw unauthorized(reply, null)
  if (caller.token.scope === 'read' && scopeOf(method, config) === 'write')
    throw unauthorized(reply, 'insufficient_scope')
}

/** What a route asks of a token. */
export function scopeOf(method: string, { scope, public: isPublic }: FastifyContextConfig): 'read' | 'write' {
  return scope ?? (isPublic || method === 'GET' || method === 'HEAD' ? 'read' : 'write')
}

const sentences = {
  invalid_token: [401, 'api.token_invalid'],
  insufficient_scope: [403, 'api.token_reads_only'],
} as const

/** @see https://www.rfc-editor.org/rfc/rfc6750#section-3 */
export function unauthorized(reply: FastifyReply, error: keyof typeof sentences | null): Problem {
  const more = error ? `, error="${error}"${error === 'insufficient_scope' ? ', scope="write"' : ''}` : ''
  reply.header('www-authenticate', `Bearer realm="api"${more}`)
  const [status, key] = error ? sentences[error] : ([401, 'api.detail_401'] as const)
  return new Problem(status, key)
}

/** "Last used" is written after the response, best effort, at most every five minutes. */
function rememberUse(app: FastifyInstance): void {
  const writing = new Set<Promise<void>>()
  app.addHook('onResponse', async request => {
    const { token } = request.caller ?? {}
    const now = new Date()
    if (!token || now.getTime() - (token.lastUsedAt?.getTime() ?? 0) < touchAfter) return
    const written = app.db
      .transaction(tx => touchToken(tx, token.id, now))
      .catch(error => request.log.warn({ err: error }, 'the use of a token was not recorded'))
      .finally(() => writing.delete(written))
    writing.add(written)
  })
  app.addHook('onClose', async () => void (await Promise.all(writing)))
}
