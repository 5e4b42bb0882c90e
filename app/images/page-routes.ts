import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { Problem } from '../http/errors.ts'
import { IdParams } from '../http/params.ts'
import { type Post, postTags } from '../posts/post.ts'
import { requirePost } from '../posts/require-post.ts'
import type { Image } from './queries.ts'

declare module '../http/views.ts' {
  interface Pages {
    /** `play`: whether an animation moves; null: as the reader's system prefers. */
    'images/show': { post: Post; image: Image; position: number; play: boolean | null; sidebar: null }
  }
}

const ImageParams = Type.Object({
  ...IdParams.properties,
  position: Type.Integer({ minimum: 1, maximum: 99 }),
})
type ImageParams = Type.Static<typeof ImageParams>
const PlayQuery = Type.Object({ play: Type.Optional(Type.String()) })
type PlayQuery = Type.Static<typeof PlayQuery>
type ImageRequest = FastifyRequest<{ Params: ImageParams; Querystring: PlayQuery }>

/** The page of one picture of a post. */
export default async function imagePages(app: FastifyInstance) {
  const config = { public: true, cached: true }
  const schema = { params: ImageParams, querystring: PlayQuery }
  app.get('/posts/:id/images/:position', { config, schema }, showImage)
}

async function showImage(request: ImageRequest, reply: FastifyReply) {
  const { server, params, query } = request
  const post = await requirePost(server.db, request)
  const image = post.images[params.position - 1]
  if (!image) throw new Problem(404, 'images.missing')
  await request.cacheTags(() => postTags([post]))
  const play = query.play === undefined ? null : query.play === '1'
  return reply.page('images/show', { post, image, position: params.position, play, sidebar: null })
}
