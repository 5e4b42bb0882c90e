/**
 * A process of its own: a bare Fastify that answers everything with the page it was sent last, from memory.
 * No server that renders the page can be faster than this.
 */
import fastify, { type FastifyReply } from 'fastify'
import type { Page } from './page.ts'

const ofTheConnection = ['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'date']

let page: Page = { status: 200, headers: {}, body: Buffer.from('ready') }
const app = fastify()
app.all('/*', async (_request, reply) => answer(reply))
process.on('message', (message: Page) => {
  page = { ...message, body: Buffer.from(message.body), headers: ownHeaders(message) }
  process.send?.('ready')
})
process.on('disconnect', () => process.exit())
process.on('SIGTERM', () => process.exit())
await app.listen({ host: '127.0.0.1', port: Number(process.env['PORT']) })

function answer(reply: FastifyReply) {
  return reply.code(page.status).headers(page.headers).send(page.body)
}

function ownHeaders({ headers }: Page): Page['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !ofTheConnection.includes(name)))
}
