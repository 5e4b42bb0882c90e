import type { FastifyInstance, FastifyReply } from 'fastify'
import { operation, returnsNothing } from '../api/schemas.ts'
import { IdParams } from '../http/params.ts'
import { type MemberRequest, memberRoutes } from '../people/viewer.ts'
import { muteThread, unmuteThread } from './muting.ts'

type OneRequest = MemberRequest<{ Params: IdParams }>

export default async function mutesApi(app: FastifyInstance) {
  const members = memberRoutes(app)
  const one = { params: IdParams, response: { 204: returnsNothing() } }
  const mute = operation('posts', 'muteThread', 'Mute the thread of a post', {
    description: 'You get no more notifications about any post in it. Nobody is told.',
    ...one,
  })
  members.put('/posts/:id/mute', mute, createMute)
  members.delete('/posts/:id/mute', operation('posts', 'unmuteThread', 'Unmute a thread', one), deleteMute)
}

async function createMute(request: OneRequest, reply: FastifyReply) {
  await muteThread(request)
  return reply.code(204).send()
}

async function deleteMute(request: OneRequest, reply: FastifyReply) {
  await unmuteThread(request)
  return reply.code(204).send()
}
