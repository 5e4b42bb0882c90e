import type { FastifyInstance, FastifyReply } from 'fastify'
import { memberRoutes } from '../people/viewer.ts'
import { peopleOptions, showPeople } from '../posts/people.ts'
import type { Post } from '../posts/post.ts'
import { answerVerb, type VerbRequest, verbSchema } from '../posts/verbs.ts'
import { listReposters } from './queries.ts'
import { repost, undoRepost } from './reposting.ts'

declare module '../http/views.ts' {
  interface Pages {
    'reposts/_button': { post: Post }
  }
}

export default async function repostsPages(app: FastifyInstance) {
  const members = memberRoutes(app)
  const reposters = showPeople({ name: 'reposts', title: 'reposts.people', list: listReposters })
  app.get('/posts/:id/reposts', peopleOptions, reposters)
  members.post('/posts/:id/repost', { schema: verbSchema }, createRepost)
  members.post('/posts/:id/repost/delete', { schema: verbSchema }, deleteRepost)
}

async function createRepost(request: VerbRequest, reply: FastifyReply) {
  await repost(request)
  return answerVerb(request, reply, 'reposts/_button')
}

async function deleteRepost(request: VerbRequest, reply: FastifyReply) {
  await undoRepost(request)
  return answerVerb(request, reply, 'reposts/_button')
}
