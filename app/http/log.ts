import type { FastifyInstance } from 'fastify'
import plugin from 'fastify-plugin'

/**
 * Logs one structured line a request, without the query, which can hold what a person typed, and without headers,
 * which hold tokens and cookies.
 */
export default plugin(async (app: FastifyInstance) => {
  if (!['info', 'debug', 'trace'].includes(app.config.logLevel)) return
  app.addHook('onResponse', async (request, reply) => {
    const { method, url, ip } = request
    const milliseconds = Math.round(reply.elapsedTime * 10) / 10
    // Without the token of a mailed link.
    const path = String(url.split('?')[0]).replace(
      /^(\/(?:passwords|confirmations|recoveries|sign-in)\/).+/,
      '$1…',
    )
    request.log.info({ method, path, status: reply.statusCode, ip, milliseconds }, 'answered')
  })
})
