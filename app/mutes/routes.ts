import type { FastifyInstance, FastifyReply } from 'fastify'
import { memberRoutes } from '../people/viewer.ts'
import { type VerbRequest, verbSchema } from '../posts/verbs.ts'
import { muteThread, unmuteThread } from './muting.ts'

export default async function mutesPages(app: FastifyInstance) {
  const members = memberRoutes(app)
  members.post('/posts/:id/mute', { schema: verbSchema }, createMute)
  members.post('/posts/:id/mute/delete', { schema: verbSchema }, deleteMute)
}

async function createMute(request: VerbRequest, reply: FastifyReply) {
  await muteThread(request)
  return reply.flash('mutes.muted_now').redirect(`/posts/${request.params.id}`, 303)
}

async function deleteMute(request: VerbRequest, reply: FastifyReply) {
  await unmuteThread(request)
  return reply.flash('mutes.unmuted').redirect(`/posts/${request.params.id}`, 303)
}
