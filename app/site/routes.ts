import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** Files and probes for machines, without session and views. */
export default async function site(app: FastifyInstance) {
  app.get('/livez', async (_request, reply) => reply.type('text/plain').send('alive\n'))
  app.get('/readyz', { logLevel: 'warn' }, showReadiness)
  app.get('/robots.txt', showRobots)
  app.get('/manifest.webmanifest', showManifest)
}

/** 200 when the database answers, else 503. */
async function showReadiness({ server, log }: FastifyRequest, reply: FastifyReply) {
  reply.type('text/plain').header('cache-control', 'no-store')
  try {
    await server.db.ping()
    return 'ready\n'
  } catch (error) {
    log.warn({ err: error }, 'the database does not answer')
    return reply.code(503).send('the database does not answer\n')
  }
}

async function showRobots(_request: FastifyRequest, reply: FastifyReply) {
  const hidden = ['/settings', '/sign-in', '/sign-up', '/posts/new', '/*?before=', '/*?after=']
  return reply.type('text/plain').send(`User-agent: *\n${hidden.map(path => `Disallow: ${path}\n`).join('')}`)
}

/** @see https://www.w3.org/TR/appmanifest/ */
async function showManifest({ server }: FastifyRequest, reply: FastifyReply) {
  const icon = (file: string, sizes: string, type = 'image/png') => ({
    src: server.asset(`images/${file}`),
    sizes,
    type,
  })
  return reply.type('application/manifest+json').send(
    JSON.stringify({
      name: server.config.siteName,
      short_name: server.config.siteName,
      start_url: '/',
      display: 'standalone',
      background_color: '#fdf9f3',
      theme_color: '#fdf9f3',
      icons: [
        icon('icon.svg', 'any', 'image/svg+xml'),
        icon('icon-192.png', '192x192'),
        icon('icon-512.png', '512x512'),
        { ...icon('icon-maskable.png', '512x512'), purpose: 'maskable' },
      ],
    }),
  )
}
