import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ListQuery, lists, operation, returnsNothing } from '../api/schemas.ts'
import { cursorOf } from '../database/cursor.ts'
import { IdParams } from '../http/params.ts'
import { type MemberRequest, memberRoutes } from '../people/viewer.ts'
import { requirePost } from '../posts/require-post.ts'
import { serializePost } from '../posts/serializer.ts'
import { serializePerson } from '../profiles/serializer.ts'
import { likePost, unlikePost } from './liking.ts'
import { likedTimeline, listLikers } from './queries.ts'

type OneRequest = MemberRequest<{ Params: IdParams }>
type PeopleRequest = FastifyRequest<{ Params: IdParams; Querystring: ListQuery }>
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
  app.get('/posts/:id/likes', people, showLikers)
  members.get('/likes', liked, showLiked)
  members.put('/posts/:id/like', operation('likes', 'likePost', 'Like a post', one), createLike)
  members.delete('/posts/:id/like', operation('likes', 'unlikePost', 'Take your like back', one), deleteLike)
}

async function showLikers(request: PeopleRequest, reply: FastifyReply) {
  const { server, viewer, query } = request
  const post = await requirePost(server.db, request)
  const page = await listLikers(server.db, { post: post.id, viewer }, cursorOf(query))
  return reply.list(page, `/api/posts/${post.id}/likes`, person => serializePerson(person, server.config))
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
