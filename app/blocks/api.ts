import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ListQuery, lists, operation, returnsNothing } from '../api/schemas.ts'
import { cursorOf } from '../database/cursor.ts'
import { Problem } from '../http/errors.ts'
import { ProfileParams } from '../profiles/forms.ts'
import { requirePerson } from '../profiles/require-profile.ts'
import type { Caller } from '../tokens/queries.ts'
import { block, listBlocked, unblock } from './queries.ts'

type OneRequest = FastifyRequest<{ Params: ProfileParams }>
type ListRequest = FastifyRequest<{ Querystring: ListQuery }>

export default async function blocksApi(app: FastifyInstance) {
  const list = operation('blocks', 'listBlocks', 'List the people whom you have blocked', lists('Author'))
  const one = { params: ProfileParams, response: { 204: returnsNothing() } }
  app.get('/blocks', list, listBlocks)
  app.put('/users/:username/block', operation('blocks', 'blockUser', 'Block a user', one), createBlock)
  app.delete('/users/:username/block', operation('blocks', 'unblockUser', 'Unblock a user', one), deleteBlock)
}

async function listBlocks({ server, caller, query }: ListRequest, reply: FastifyReply) {
  const page = await listBlocked(server.db, (caller as Caller).id, cursorOf(query))
  return reply.list(page, '/api/blocks', ({ id, username, displayName }) => ({ id, username, displayName }))
}

async function createBlock(request: OneRequest, reply: FastifyReply) {
  const { id } = request.caller as Caller
  const person = await requirePerson(request.server.db, request)
  if (person.id === id) throw new Problem(422, 'blocks.oneself')
  await request.server.db.transaction(tx => block(tx, id, person.id))
  return reply.code(204).send()
}

async function deleteBlock(request: OneRequest, reply: FastifyReply) {
  const { id } = request.caller as Caller
  const person = await requirePerson(request.server.db, request)
  await request.server.db.transaction(tx => unblock(tx, id, person.id))
  return reply.code(204).send()
}
