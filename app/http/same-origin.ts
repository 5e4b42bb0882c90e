import type { FastifyInstance, FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import { Problem } from './errors.ts'

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

/**
 * Refuses writes from another site's page. Without Sec-Fetch-Site, which browsers omit on plain HTTP, Origin must
 * be PUBLIC_URL, or name this host where that is not set; a request with neither header comes from no page.
 * @see https://www.w3.org/TR/fetch-metadata/
 */
export default plugin(async (app: FastifyInstance) => {
  app.addHook('onRequest', async request => {
    if (!safeMethods.has(request.method) && !isSameOrigin(request))
      throw new Problem(403, 'errors.cross_site')
  })
})

export function isSameOrigin({ headers, host, server }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin' || site === 'none'
  const { origin } = headers
  if (origin === undefined) return true
  const { hasPublicUrl, publicUrl } = server.config
  if (hasPublicUrl) return origin === publicUrl
  return URL.canParse(origin) && new URL(origin).host === host
}
