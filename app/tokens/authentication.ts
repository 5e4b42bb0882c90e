import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import { scopeOf, unauthorized } from '../api/bearer.ts'
import { countRequests } from '../api/rate-limit.ts'
import { hashToken, touchIntervalMs } from '../security/tokens.ts'
import { type Authenticated, findToken, touchToken } from './queries.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The token of an API request; null without one, and on pages. */
    token: Authenticated['token'] | null
  }
}

/** Authenticates by a bearer token (RFC 6750), applies the rate limit and requires the route's scope. */
export default plugin(async (app: FastifyInstance) => {
  const count = countRequests(app)
  app.decorateRequest('viewer', null)
  app.decorateRequest('token', null)
  // Code shared with pages, such as the known device of sign-in, finds no cookie here.
  app.decorateRequest('siteCookie', () => undefined)
  app.addHook('onRequest', async (request, reply) => {
    const secret = bearerToken(request)
    const found = secret ? await findToken(app.db, hashToken(secret), new Date()) : undefined
    Object.assign(request, found)
    await count(request)
    if (secret !== null && !request.viewer) throw unauthorized(reply, 'invalid_token')
    if (!request.is404) requireScope(request, reply)
  })
  recordUse(app)
})

/** The token of `Authorization: Bearer …`; null without the header, empty for another scheme. */
function bearerToken({ headers, routeOptions }: FastifyRequest): string | null {
  const { authorization } = headers
  if (authorization === undefined || routeOptions.config.password) return null
  return /^bearer +([\w.~+/=-]{1,200})$/i.exec(authorization)?.[1] ?? ''
}

function requireScope(request: FastifyRequest, reply: FastifyReply): void {
  const { token, method, routeOptions } = request
  const { config } = routeOptions
  if (config.public) return
  if (!token) throw unauthorized(reply, null)
  if (token.scope === 'read' && scopeOf(method, config) === 'write')
    throw unauthorized(reply, 'insufficient_scope')
}

/** "Last used" is written after the response, best effort, at most every five minutes. */
function recordUse(app: FastifyInstance): void {
  const writing = new Set<Promise<void>>()
  app.addHook('onResponse', async request => {
    const { token } = request
    const now = new Date()
    if (!token || now.getTime() - (token.lastUsedAt?.getTime() ?? 0) < touchIntervalMs) return
    const written = app.db
      .transaction(tx => touchToken(tx, token.id, now))
      .catch(error => request.log.warn({ err: error }, 'the use of a token was not recorded'))
      .finally(() => writing.delete(written))
    writing.add(written)
  })
  app.addHook('onClose', async () => void (await Promise.all(writing)))
}
