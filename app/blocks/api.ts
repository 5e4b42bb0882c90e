import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { lists, operation, returnsNothing } from '../api/descriptions.ts'
import { ListQuery, UserParams } from '../api/parameters.ts'
import { cursorOf } from '../database/cursor.ts'
import { Problem } from '../http/errors.ts'
import { requirePerson } from '../profiles/require-profile.ts'
import type { Caller } from '../tokens/queries.ts'
import { block, listBlocked, unblock } from './queries.ts'

type OneRequest = FastifyRequest<{ Params: UserParams }>
type ListRequest = FastifyRequest<{ Querystring: ListQuery }>

export default async function blocksApi(app: FastifyInstance) {
  const list = operation('blocks', 'reference.list_blocks', lists('Author'))
  const one = { params: UserParams, answers: { 204: returnsNothing() } }
  app.get('/blocks', list, listBlocks)
  app.put('/users/:username/block', operation('blocks', 'reference.block_user', one), createBlock)
  app.delete('/users/:username/block', operation('blocks', 'reference.unblock_user', one), deleteBlock)
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
