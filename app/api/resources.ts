import type { FastifyInstance } from 'fastify'
import plugin from 'fastify-plugin'
import { type Page, pageLinks } from '../database/cursor.ts'
import { entityTag, isAmong } from './conditions.ts'

declare module 'fastify' {
  interface FastifyReply {
    /** Sends a resource with its ETag, or 304 if the client has it already. */
    resource(resource: object): FastifyReply
    /** Sends a page of the list at `path`, with the addresses of the pages next to it. */
    list<Row>(page: Page<Row>, path: string, serialize: (row: Row) => object): FastifyReply
  }
}

/** How the API answers with resources and lists. */
export default plugin(async (app: FastifyInstance) => {
  app.decorateReply('resource', function (resource) {
    const tag = entityTag(resource)
    this.header('etag', tag).header('cache-control', 'private, no-cache')
    this.header('vary', 'Authorization, Accept-Encoding')
    if (this.request.method === 'GET' && isAmong(this.request.headers['if-none-match'], tag))
      return this.code(304).send()
    return this.send(resource)
  })
  app.decorateReply('list', function (page, path, serialize) {
    const { older: next, newer: prev } = pageLinks(page, path)
    const links = Object.entries({ next, prev }).filter(([, link]) => link)
    if (links.length > 0) this.header('link', links.map(([rel, to]) => `<${to}>; rel="${rel}"`).join(', '))
    return this.resource({ items: page.rows.map(serialize), links: { next, prev } })
  })
  app.addHook('onSend', async (_request, reply) => {
    const [tag, encoding] = [reply.getHeader('etag'), reply.getHeader('content-encoding')]
    if (tag && encoding) reply.header('etag', `${String(tag).slice(0, -1)}-${String(encoding)}"`)
  })
})
