import type { FastifyInstance, FastifyReply } from 'fastify'
import { type ListQuery, lists, operation, returnsNothing } from '../api/schemas.ts'
import { cursorOf } from '../database/cursor.ts'
import { IdParams } from '../http/params.ts'
import { type MemberRequest, memberRoutes } from '../people/viewer.ts'
import { serializePost } from '../posts/serializer.ts'
import { bookmarkPost, unbookmarkPost } from './bookmarking.ts'
import { bookmarkedTimeline } from './queries.ts'

type OneRequest = MemberRequest<{ Params: IdParams }>
type ListRequest = MemberRequest<{ Querystring: ListQuery }>

export default async function bookmarksApi(app: FastifyInstance) {
  const members = memberRoutes(app)
  const one = { params: IdParams, response: { 204: returnsNothing() } }
  const list = operation('bookmarks', 'listBookmarks', 'List your bookmarks, newest bookmark first', {
    description: 'Nobody else can read this list, and nobody is told of a bookmark.',
    ...lists('Post'),
  })
  members.get('/bookmarks', list, listBookmarks)
  members.put(
    '/posts/:id/bookmark',
    operation('bookmarks', 'bookmarkPost', 'Bookmark a post', one),
    createBookmark,
  )
  members.delete(
    '/posts/:id/bookmark',
    operation('bookmarks', 'unbookmarkPost', 'Remove your bookmark of a post', one),
    deleteBookmark,
  )
}

async function listBookmarks({ server, viewer, query }: ListRequest, reply: FastifyReply) {
  const page = await bookmarkedTimeline(server.db, { viewer }, cursorOf(query))
  return reply.list(page, '/api/bookmarks', post => serializePost(post, server.config))
}

async function createBookmark(request: OneRequest, reply: FastifyReply) {
  await bookmarkPost(request)
  return reply.code(204).send()
}

async function deleteBookmark(request: OneRequest, reply: FastifyReply) {
  await unbookmarkPost(request)
  return reply.code(204).send()
}
