import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import { scopeOf, unauthorized } from '../api/bearer.ts'
import { countRequests } from '../api/rate-limit.ts'
import { hashToken, touchIntervalMs } from '../security/tokens.ts'
import { type Authenticated, findToken, touchToken } from './queries.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** What a program acts with; null without a token, and on pages. */
    token: Authenticated['token'] | null
  }
}

/** Knows the viewer by a token (RFC 6750), counts the request, and lets nobody do what their token is not for. */
export default plugin(async (app: FastifyInstance) => {
  const count = countRequests(app)
  app.decorateRequest('viewer', null)
  app.decorateRequest('token', null)
  // What asks for a cookie, such as the sign-in's "known device", finds none here.
  app.decorateRequest('siteCookie', () => undefined)
  app.addHook('onRequest', async (request, reply) => {
    const secret = bearerToken(request)
    const found = secret ? await findToken(app.db, hashToken(secret), new Date()) : undefined
    Object.assign(request, found)
    await count(request)
    if (secret !== null && !request.viewer) throw unauthorized(reply, 'invalid_token')
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
  const { token, method, routeOptions } = request
  const { config } = routeOptions
  if (config.public) return
  if (!token) throw unauthorized(reply, null)
  if (token.scope === 'read' && scopeOf(method, config) === 'write')
    throw unauthorized(reply, 'insufficient_scope')
}

/** "Last used" is written after the response, best effort, at most every five minutes. */
function rememberUse(app: FastifyInstance): void {
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
