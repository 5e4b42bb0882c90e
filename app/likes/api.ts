import type { FastifyInstance, FastifyReply } from 'fastify'
import { ListQuery, lists, operation, returnsNothing } from '../api/schemas.ts'
import { cursorOf } from '../database/cursor.ts'
import { IdParams } from '../http/params.ts'
import { type MemberRequest, memberRoutes } from '../people/viewer.ts'
import { listPeople } from '../posts/people.ts'
import { serializePost } from '../posts/serializer.ts'
import { likePost, unlikePost } from './liking.ts'
import { likedTimeline, listLikers } from './queries.ts'

type OneRequest = MemberRequest<{ Params: IdParams }>
type LikedRequest = MemberRequest<{ Querystring: ListQuery }>

export default async function likesApi(app: FastifyInstance) {
  const members = memberRoutes(app)
  const one = { params: IdParams, response: { 204: returnsNothing() } }
  const people = operation('likes', 'listLikers', 'List the people who like a post, newest like first', {
    config: { public: true },
    params: IdParams,
    ...lists('Person'),
  })
  const liked = operation('likes', 'listLiked', 'List the posts that you like, newest like first', {
    description: 'Nobody else can read this list.',
    ...lists('Post'),
  })
  app.get('/posts/:id/likes', people, listPeople({ name: 'likes', list: listLikers }))
  members.get('/likes', liked, showLiked)
  members.put('/posts/:id/like', operation('likes', 'likePost', 'Like a post', one), createLike)
  members.delete('/posts/:id/like', operation('likes', 'unlikePost', 'Take your like back', one), deleteLike)
}

async function showLiked({ server, viewer, query }: LikedRequest, reply: FastifyReply) {
  const page = await likedTimeline(server.db, { viewer }, cursorOf(query))
  return reply.list(page, '/api/likes', post => serializePost(post, server.config))
}

async function createLike(request: OneRequest, reply: FastifyReply) {
  await likePost(request)
  return reply.code(204).send()
}

async function deleteLike(request: OneRequest, reply: FastifyReply) {
  await unlikePost(request)
  return reply.code(204).send()
}
