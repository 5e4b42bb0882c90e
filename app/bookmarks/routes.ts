import type { FastifyInstance, FastifyReply } from 'fastify'
import { memberRoutes } from '../people/viewer.ts'
import type { Post } from '../posts/post.ts'
import { answerVerb, type VerbRequest, verbSchema } from '../posts/verbs.ts'
import { bookmarkPost, unbookmarkPost } from './bookmarking.ts'

declare module '../http/views.ts' {
  interface Pages {
    'bookmarks/_button': { post: Post }
  }
}

export default async function bookmarksPages(app: FastifyInstance) {
  const members = memberRoutes(app)
  members.post('/posts/:id/bookmark', { schema: verbSchema }, createBookmark)
  members.post('/posts/:id/bookmark/delete', { schema: verbSchema }, deleteBookmark)
}

async function createBookmark(request: VerbRequest, reply: FastifyReply) {
  await bookmarkPost(request)
  return answerVerb(request, reply, 'bookmarks/_button')
}

async function deleteBookmark(request: VerbRequest, reply: FastifyReply) {
  await unbookmarkPost(request)
  return answerVerb(request, reply, 'bookmarks/_button')
}
