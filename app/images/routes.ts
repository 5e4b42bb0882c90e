import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { isAmong } from '../api/conditions.ts'
import { Problem } from '../http/errors.ts'
import type { AnyViewer } from '../people/viewer.ts'
import composerRoutes from './composer-routes.ts'
import pages from './page-routes.ts'
import { fileKey, findImage } from './queries.ts'

const FileParams = Type.Object({
  key: Type.String({ pattern: '^[0-9a-f]{32}$' }),
  file: Type.String({ pattern: String.raw`^[1-9]\d{0,4}\.webp$` }),
})
type FileRequest = FastifyRequest<{ Params: Type.Static<typeof FileParams> }>

export default async function images(app: FastifyInstance) {
  app.register(pages)
  // Dozens of images are on a page: none of them is a visit of its own.
  const config = { public: true, touchSession: false }
  const schema = { params: FileParams }
  app.route({ method: ['GET', 'HEAD'], url: '/images/:key/:file', config, schema, handler: showFile })
  app.register(composerRoutes)
}

/** What a file of an image may do in a browser, if it is opened by itself: nothing. */
const contentSecurityPolicy = "default-src 'none'; sandbox"

/**
 * Shared caches hold what visitors see for ten minutes, after which a deleted image is gone from them, too. What was seen
 * signed in stays in that browser, and what nobody but its owner sees is asked for each time.
 */
const lifetimes = {
  everybody: 'public, max-age=31536000, s-maxage=600, immutable',
  member: 'private, max-age=31536000, immutable',
  owner: 'private, no-cache',
}

async function showFile(request: FileRequest, reply: FastifyReply) {
  const { params, viewer, server, headers, method } = request
  const image = await findImage(server.db, params.key, viewer)
  const file = image?.files.find(({ width }) => params.file === `${width}.webp`)
  if (!image || !file) throw new Problem(404)
  const etag = `"${file.sha256.slice(0, 32)}"`
  const isKnown = isAmong(headers['if-none-match'], etag)
  const isSent = !isKnown && method !== 'HEAD'
  const stream = isSent ? await server.storage.open(fileKey(params.key, file.width)) : undefined
  if (stream === null) throw new Problem(404)
  reply.headers({ etag, ...headersFor(image, viewer) })
  if (isKnown) return reply.code(304).send()
  reply.type('image/webp')
  return isSent ? reply.send(stream) : reply.header('content-length', file.bytes).send()
}

function headersFor({ isPublished }: { isPublished: boolean }, viewer: AnyViewer): Record<string, string> {
  const publishedFor = viewer ? 'member' : 'everybody'
  return {
    'cache-control': lifetimes[isPublished ? publishedFor : 'owner'],
    'content-security-policy': contentSecurityPolicy,
    // Feed readers show what everybody sees.
    'cross-origin-resource-policy': isPublished ? 'cross-origin' : 'same-origin',
  }
}
