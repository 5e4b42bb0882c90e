import type { FastifyInstance, FastifyReply } from 'fastify'
import { operation, returnsNothing, returnsProblem } from '../api/schemas.ts'
import { IdParams } from '../http/params.ts'
import { type MemberRequest, memberRoutes } from '../people/viewer.ts'
import { pinPost, unpinPost } from './pinning.ts'
import { maxPins } from './queries.ts'

type PinRequest = MemberRequest<{ Params: IdParams }>

export default async function pinsApi(app: FastifyInstance) {
  const members = memberRoutes(app)
  const create = operation('posts', 'pinPost', 'Pin your post to your profile', {
    params: IdParams,
    response: { 204: returnsNothing(), 409: returnsProblem(`${maxPins} others are pinned already.`) },
  })
  const destroy = operation('posts', 'unpinPost', 'Unpin your post', {
    params: IdParams,
    response: { 204: returnsNothing() },
  })
  members.put('/posts/:id/pin', create, createPin)
  members.delete('/posts/:id/pin', destroy, deletePin)
}

async function createPin(request: PinRequest, reply: FastifyReply) {
  await pinPost(request)
  return reply.code(204).send()
}

async function deletePin(request: PinRequest, reply: FastifyReply) {
  await unpinPost(request)
  return reply.code(204).send()
}
