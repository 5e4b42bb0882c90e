import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import accepts from 'accepts'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import { memoize } from '../text/memoize.ts'

/** A window of a page's size: clearing the default window of 4 MB took longer than compressing a page. */
const parameters = { [constants.BROTLI_PARAM_QUALITY]: 2, [constants.BROTLI_PARAM_LGWIN]: 16 }
export const compress = {
  br: (page: string | Buffer) => brotliCompressSync(page, { params: parameters }),
  gzip: (page: string | Buffer) => gzipSync(page, { level: 1 }),
}
export type Encoding = keyof typeof compress

/** Compresses pages synchronously, in about 100 µs; @fastify/compress makes a stream for each, in 600 to 1,000 µs. */
export default plugin(async (app: FastifyInstance) => {
  app.addHook('onSend', async (request, reply, payload) => {
    if (typeof payload !== 'string' && !isPage(reply, payload)) return payload
    const encoding = payload.length > 1024 ? encodingFor(request) : null
    if (!encoding) return payload
    reply.header('content-encoding', encoding).removeHeader('content-length')
    return compress[encoding](payload)
  })
})

/** Not what is compressed already, nor a picture. */
function isPage(reply: FastifyReply, payload: unknown): payload is Buffer {
  const isHtml = String(reply.getHeader('content-type')).startsWith('text/html')
  return Buffer.isBuffer(payload) && isHtml && !reply.hasHeader('content-encoding')
}

/** The negotiated encoding, memoized because browsers send one of a few headers. */
export const encodingFor = memoize(
  ({ raw }: FastifyRequest) => (accepts(raw).encodings(['br', 'gzip']) || null) as Encoding | null,
  ({ headers }) => headers['accept-encoding'],
  1_000,
)
