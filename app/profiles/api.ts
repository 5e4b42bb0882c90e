import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { described, sends, sendsListOf } from '../api/descriptions.ts'
import { ListQuery, UserParams } from '../api/parameters.ts'
import { cursorOf } from '../database/cursor.ts'
import type { Reader } from '../database/database.ts'
import { Problem } from '../plugins/errors.ts'
import { listPeople } from './list-queries.ts'
import { findPerson, findProfile, type Profile } from './queries.ts'
import { personResource, userResource } from './resource.ts'

type ListRequest = FastifyRequest<{ Querystring: ListQuery }>
type OneRequest = FastifyRequest<{ Params: UserParams }>

export default async function profilesApi(app: FastifyInstance) {
  const list = described('users', 'reference.list_users', {
    config: { public: true },
    querystring: ListQuery,
    answers: { 200: sendsListOf('Person') },
  })
  const show = described('users', 'reference.get_user', {
    config: { public: true },
    params: UserParams,
    answers: { 200: sends('User') },
  })
  app.get('/users', list, listUsers)
  app.get('/users/:username', show, showUser)
}

async function listUsers({ server, caller, query }: ListRequest, reply: FastifyReply) {
  const page = await listPeople(server.db, caller?.id ?? null, cursorOf(query))
  return reply.list(page, '/api/users', person => personResource(person, server.config))
}

async function showUser(request: OneRequest, reply: FastifyReply) {
  const { db, config } = request.server
  return reply.resource(userResource(await profileOr404(db, request), config))
}

/** The profile of whoever the address names, as the caller sees it. */
export async function profileOr404(db: Reader, { params, caller }: OneRequest): Promise<Profile> {
  const profile = await findProfile(db, params.username, caller?.id ?? null)
  if (!profile) throw new Problem(404, 'errors.profile_missing', params)
  return profile
}

/** Whoever the address names. */
export async function personOr404(db: Reader, { params }: OneRequest) {
  const person = await findPerson(db, params.username)
  if (!person) throw new Problem(404, 'errors.profile_missing', params)
  return person
}
