import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ListQuery, lists, operation, returns } from '../api/schemas.ts'
import { cursorOf } from '../database/cursor.ts'
import { UsernameParams } from '../http/params.ts'
import { listPeople } from './queries.ts'
import { requireProfile } from './require-profile.ts'
import { serializePerson, serializeUser } from './serializer.ts'

type ListRequest = FastifyRequest<{ Querystring: ListQuery }>
type OneRequest = FastifyRequest<{ Params: UsernameParams }>

export default async function profilesApi(app: FastifyInstance) {
  const list = operation('users', 'listUsers', 'List users, newest account first', {
    config: { public: true },
    ...lists('Person'),
  })
  const show = operation('users', 'getUser', 'Show a user', {
    config: { public: true },
    params: UsernameParams,
    response: { 200: returns('User') },
  })
  app.get('/users', list, listUsers)
  app.get('/users/:username', show, showUser)
}

async function listUsers({ server, viewer, query }: ListRequest, reply: FastifyReply) {
  const page = await listPeople(server.db, viewer, cursorOf(query))
  return reply.list(page, '/api/users', person => serializePerson(person, server.config))
}

async function showUser(request: OneRequest, reply: FastifyReply) {
  const { server, viewer } = request
  const profile = await requireProfile(server.db, request, viewer)
  return reply.resource(serializeUser(profile, server.config))
}
