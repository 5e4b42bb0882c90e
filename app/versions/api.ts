import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type ListQuery, lists, operation } from '../api/schemas.ts'
import { cursorOf } from '../database/cursor.ts'
import { IdParams } from '../http/params.ts'
import { requirePost } from '../posts/require-post.ts'
import { listVersions } from './queries.ts'
import { serializeVersion } from './serializer.ts'

type ListRequest = FastifyRequest<{ Params: IdParams; Querystring: ListQuery }>

export default async function versionsApi(app: FastifyInstance) {
  const list = operation(
    'posts',
    'listVersions',
    'List what a post said before it was edited, newest first',
    {
      config: { public: true },
      description:
        'Without what it says now. Posts that were edited before the site kept versions have none.',
      params: IdParams,
      ...lists('PostVersion'),
    },
  )
  app.get('/posts/:id/versions', list, showVersions)
}

async function showVersions(request: ListRequest, reply: FastifyReply) {
  const { server, query } = request
  const post = await requirePost(server.db, request)
  const page = await listVersions(server.db, { post: post.id }, cursorOf(query))
  return reply.list(page, `/api/posts/${post.id}/versions`, row => serializeVersion(row, server.config))
}
