import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify'
import { Problem } from '../http/errors.ts'

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

/** The methods of each path, filled while routes are added. */
export function allowedMethods(app: FastifyInstance): Map<string, Set<string>> {
  const allowed = new Map<string, Set<string>>()
  app.addHook('onRoute', ({ url, method }) => {
    const ofPath = allowed.get(url) ?? new Set()
    for (const one of [method].flat()) ofPath.add(one)
    allowed.set(url, ofPath)
  })
  return allowed
}

/** Answers every other method of a known path with 405 and the methods that it has (RFC 9110, section 15.5.6). */
export function refuseOtherMethods(app: FastifyInstance, allowed: Map<string, Set<string>>): void {
  for (const [url, ofPath] of allowed) {
    const allow = [...ofPath].join(', ')
    const others: HTTPMethods[] = methods.filter(method => !ofPath.has(method))
    const refuse = async (_request: FastifyRequest, reply: FastifyReply) => {
      reply.header('allow', allow)
      throw new Problem(405, 'api.method_unknown', { allow })
    }
    // In onRequest, because an unreadable body must not hide the 405.
    const route = { config: { public: true }, schema: { hide: true }, onRequest: refuse, handler: refuse }
    app.route({ url: url.slice(app.prefix.length), method: others, ...route })
  }
}
