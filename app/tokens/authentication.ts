import type { FastifyInstance, FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import { scopeOf, unauthorized } from '../api/bearer.ts'
import { countRequests } from '../api/rate-limit.ts'
import { writeAfterResponses } from '../http/after-response.ts'
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
    const { token, method, is404, routeOptions } = request
    if (is404 || routeOptions.config.public) return
    if (!token) throw unauthorized(reply, null)
    if (token.scope === 'read' && scopeOf(method, routeOptions.config) === 'write')
      throw unauthorized(reply, 'insufficient_scope')
  })
  // "Last used", at most every five minutes.
  writeAfterResponses(app, 'the use of a token was not recorded', ({ token }) => {
    const now = new Date()
    if (!token || now.getTime() - (token.lastUsedAt?.getTime() ?? 0) < touchIntervalMs) return null
    return tx => touchToken(tx, token.id, now)
  })
})

/** The token of `Authorization: Bearer …`; null without the header, empty for another scheme. */
function bearerToken({ headers, routeOptions }: FastifyRequest): string | null {
  const { authorization } = headers
  if (authorization === undefined || routeOptions.config.password) return null
  return /^bearer +([\w.~+/=-]{1,200})$/i.exec(authorization)?.[1] ?? ''
}
