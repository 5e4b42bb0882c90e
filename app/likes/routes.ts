import type { FastifyInstance, FastifyReply } from 'fastify'
import { memberRoutes } from '../people/viewer.ts'
import { peopleOptions, showPeople } from '../posts/people.ts'
import type { Post } from '../posts/post.ts'
import { answerVerb, type VerbRequest, verbSchema } from '../posts/verbs.ts'
import { likePost, unlikePost } from './liking.ts'
import { listLikers } from './queries.ts'

declare module '../http/views.ts' {
  interface Pages {
    'likes/_button': { post: Post }
  }
}

export default async function likesPages(app: FastifyInstance) {
  const members = memberRoutes(app)
  const likers = showPeople({ name: 'likes', title: 'likes.people', list: listLikers })
  app.get('/posts/:id/likes', peopleOptions, likers)
  members.post('/posts/:id/like', { schema: verbSchema }, createLike)
  members.post('/posts/:id/like/delete', { schema: verbSchema }, deleteLike)
}

async function createLike(request: VerbRequest, reply: FastifyReply) {
  await likePost(request)
  return answerVerb(request, reply, 'likes/_button')
}

async function deleteLike(request: VerbRequest, reply: FastifyReply) {
  await unlikePost(request)
  return answerVerb(request, reply, 'likes/_button')
}
