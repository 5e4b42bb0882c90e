import type { FastifyInstance, FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'

/**
 * Logs one structured line a request, without the query, which can hold what a person typed, and without headers,
 * which hold tokens and cookies.
 */
export default plugin(async (app: FastifyInstance) => {
  if (!['info', 'debug', 'trace'].includes(app.config.logLevel)) return
  app.addHook('onResponse', async (request, reply) => {
    const { method, ip } = request
    const milliseconds = Math.round(reply.elapsedTime * 10) / 10
    request.log.info(
      { method, path: pathOf(request), status: reply.statusCode, ip, milliseconds },
      'answered',
    )
  })
})

/**
 * The path without the secret of a link in a mail, however it is written: a route's token, and whatever is as long as
 * one where no route is, such as a link that was broken in two lines.
 */
function pathOf({ url, routeOptions }: FastifyRequest): string {
  if (routeOptions.url?.includes('/:token')) return routeOptions.url.replace(':token', '…')
  const path = url.split(/[?#]/)[0] ?? ''
  const plain = decoded(path)
  if (plain === null) return '…'
  const redacted = plain
    .replace(/^(\/+(?:passwords|confirmations|recoveries|sign-in)\/).+/is, '$1…')
    .replaceAll(/(?<![\w@-])[\w-]{40,46}(?![\w-])/g, '…')
  return redacted === plain ? path : redacted
}

/**
 * Percent signs may themselves be encoded, in links that passed through other programs; null for a path that is encoded
 * more than three times, which no link is. A path that cannot be decoded stays as it is.
 */
function decoded(path: string, passes = 3): string | null {
  try {
    const once = decodeURIComponent(path)
    if (once === path) return path
    return passes === 0 ? null : decoded(once, passes - 1)
  } catch {
    return path
  }
}
