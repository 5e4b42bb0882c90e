import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import plugin from 'fastify-plugin'
import helmet from 'helmet'

/**
 * Security headers. The referrer policy is not `no-referrer`, which makes forms send `Origin: null`. The headers are
 * computed once: helmet's plugin computes them for each response, which took a twelfth of a short one's time.
 */
export default plugin(async (app: FastifyInstance) => {
  const https = app.config.publicUrl.startsWith('https:')
  const headers = headersOf(
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'self'"],
          // The placeholder of a picture is part of the page: an image, which can neither run nor ask for anything.
          imgSrc: ["'self'", 'data:'],
          formAction: ["'self'"],
          baseUri: ["'none'"],
          frameAncestors: ["'none'"],
          objectSrc: ["'none'"],
        },
      },
      referrerPolicy: { policy: 'same-origin' },
      strictTransportSecurity: https ? { maxAge: 31_536_000, includeSubDomains: false } : false,
      frameguard: { action: 'deny' },
    }),
  )
  app.addHook('onRequest', async (_request, reply) => void reply.headers(headers))
})

/** The headers that a middleware sets. */
function headersOf(middleware: ReturnType<typeof helmet>): Record<string, string> {
  const headers: Record<string, string> = {}
  const response = {
    setHeader: (name: string, value: string) => void (headers[name.toLowerCase()] = value),
    removeHeader: () => {},
  }
  middleware({} as IncomingMessage, response as unknown as ServerResponse, () => {})
  return headers
}
