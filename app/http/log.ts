import type { FastifyInstance } from 'fastify'
import plugin from 'fastify-plugin'

/**
 * One structured line a request. The query is left out, because it can hold what a person typed, and no
 * header is logged at all: that is where tokens and cookies are.
 */
export default plugin(async (app: FastifyInstance) => {
  // Where nobody would see the line, it is not put together either.
  if (!['info', 'debug', 'trace'].includes(app.config.logLevel)) return
  app.addHook('onResponse', async (request, reply) => {
    const { method, url, ip } = request
    const milliseconds = Math.round(reply.elapsedTime * 10) / 10
    request.log.info({ method, path: loggable(url), status: reply.statusCode, ip, milliseconds }, 'answered')
  })
})

/** A path without its query, and without the secret of a password link. */
function loggable(url: string): string {
  return String(url.split('?')[0]).replace(/^(\/passwords\/).+/, '$1…')
}
