import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify'
import { Problem } from '../http/errors.ts'

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

/** The methods of each address, as its routes are added. */
export function methodsOf(app: FastifyInstance): Map<string, Set<string>> {
  const known = new Map<string, Set<string>>()
  app.addHook('onRoute', ({ url, method }) => {
    const of = known.get(url) ?? new Set()
    for (const one of [method].flat()) of.add(one)
    known.set(url, of)
  })
  return known
}

/** An address that exists answers other methods with 405 and those that it knows (RFC 9110, section 15.5.6). */
export function refuseOtherMethods(app: FastifyInstance, known: Map<string, Set<string>>): void {
  for (const [url, of] of known) {
    const allow = [...of].join(', ')
    const others: HTTPMethods[] = methods.filter(method => !of.has(method))
    const refuse = async (_request: FastifyRequest, reply: FastifyReply) => {
      reply.header('allow', allow)
      throw new Problem(405, 'api.method_unknown', { allow })
    }
    // Before the body is read: whatever it is, it is not the trouble.
    const route = { config: { public: true }, schema: { hide: true }, onRequest: refuse, handler: refuse }
    app.route({ url: url.slice(app.prefix.length), method: others, ...route })
  }
}
