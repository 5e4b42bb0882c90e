import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { cursorOf, isPastTheEnd, pageLinks } from '../database/cursor.ts'
import { CursorQuery } from '../http/cursor-query.ts'
import { IdParams } from '../http/params.ts'
import { type Post, postTags } from '../posts/post.ts'
import { requirePost } from '../posts/require-post.ts'
import { postSidebar, type Sidebar, sidebarTags } from '../site/sidebar.ts'
import { listVersions, type Version } from './queries.ts'

declare module '../http/views.ts' {
  interface Pages {
    'versions/index': {
      post: Post
      /** The newest first, what the post says now among them. */
      versions: Version[]
      newer: string | null
      older: string | null
      sidebar: Sidebar | null
    }
  }
}

type ListRequest = FastifyRequest<{ Params: IdParams; Querystring: CursorQuery }>

export default async function versions(app: FastifyInstance) {
  const config = { public: true, cached: true }
  const schema = { params: IdParams, querystring: CursorQuery }
  app.get('/posts/:id/versions', { config, schema }, showVersions)
}

async function showVersions(request: ListRequest, reply: FastifyReply) {
  const { server, query } = request
  const post = await requirePost(server.db, request)
  const cursor = cursorOf(query)
  const [page, sidebar] = await Promise.all([
    listVersions(server.db, { post: post.id }, cursor),
    postSidebar(request, post),
  ])
  const path = `/posts/${post.id}/versions`
  if (isPastTheEnd(page, cursor)) return reply.redirect(path, 303)
  await request.cacheTags(() => [...postTags([post]), ...sidebarTags(sidebar)])
  const present = { ...post, createdAt: post.editedAt ?? post.createdAt }
  const versions = page.newer ? page.rows : [present, ...page.rows]
  return reply.page('versions/index', { post, versions, sidebar, ...pageLinks(page, path) })
}
