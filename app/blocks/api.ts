import type { FastifyInstance, FastifyReply } from 'fastify'
import { ListQuery, lists, operation, returnsNothing, returnsProblem } from '../api/schemas.ts'
import { cursorOf } from '../database/cursor.ts'
import { UsernameParams } from '../http/params.ts'
import { type MemberRequest, memberRoutes } from '../people/viewer.ts'
import { serializeAuthor } from '../posts/serializer.ts'
import { requirePerson } from '../profiles/require-profile.ts'
import { block, listBlocked, unblock } from './queries.ts'

type OneRequest = MemberRequest<{ Params: UsernameParams }>
type ListRequest = MemberRequest<{ Querystring: ListQuery }>

export default async function blocksApi(app: FastifyInstance) {
  const members = memberRoutes(app)
  const list = operation('blocks', 'listBlocks', 'List the people whom you have blocked', lists('Author'))
  const one = { params: UsernameParams, response: { 204: returnsNothing() } }
  members.get('/blocks', list, listBlocks)
  const blockUser = operation('blocks', 'blockUser', 'Block a user', {
    ...one,
    response: { ...one.response, 422: returnsProblem('You can’t block yourself.') },
  })
  members.put('/users/:username/block', blockUser, createBlock)
  members.delete(
    '/users/:username/block',
    operation('blocks', 'unblockUser', 'Unblock a user', one),
    deleteBlock,
  )
}

async function listBlocks({ server, viewer, query }: ListRequest, reply: FastifyReply) {
  const page = await listBlocked(server.db, { viewer: viewer.id }, cursorOf(query))
  return reply.list(page, '/api/blocks', person =>
    serializeAuthor({ ...person, avatar: null }, server.config),
  )
}

async function createBlock(request: OneRequest, reply: FastifyReply) {
  const { id } = request.viewer
  const person = await requirePerson(request.server.db, request, 'block')
  await request.server.db.transaction(tx => block(tx, id, person.id))
  return reply.code(204).send()
}

async function deleteBlock(request: OneRequest, reply: FastifyReply) {
  const { id } = request.viewer
  const person = await requirePerson(request.server.db, request)
  await request.server.db.transaction(tx => unblock(tx, id, person.id))
  return reply.code(204).send()
}
