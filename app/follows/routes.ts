import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { LocaleKey } from '../locales/words.ts'
import { Problem } from '../plugins/errors.ts'
import { findPerson, ProfileParams } from '../profiles/queries.ts'
import { returnPath } from '../sessions/return-path.ts'
import type { Viewer } from '../sessions/queries.ts'
import { follow, unfollow } from './queries.ts'

const FollowForm = Type.Object({ next: Type.Optional(Type.String()) })
type FollowRequest = FastifyRequest<{ Params: ProfileParams; Body: Type.Static<typeof FollowForm> | null }>

export default async function followRoutes(app: FastifyInstance) {
  const schema = { params: ProfileParams }
  app.post('/@:username/follow', { schema }, createFollow)
  app.post('/@:username/follow/delete', { schema }, deleteFollow)
}

async function createFollow(request: FollowRequest, reply: FastifyReply) {
  const viewer = request.viewer as Viewer
  const person = await findPerson(request.server.db, request.params.username)
  if (!person) throw new Problem(404, 'errors.profile_missing', { username: request.params.username })
  if (person.id === viewer.id) throw new Problem(422, 'follows.oneself')
  await request.server.db.transaction(tx => follow(tx, viewer.id, person.id))
  return goBack(request, reply, person, 'follows.followed')
}

async function deleteFollow(request: FollowRequest, reply: FastifyReply) {
  const viewer = request.viewer as Viewer
  const person = await findPerson(request.server.db, request.params.username)
  if (!person) throw new Problem(404, 'errors.profile_missing', { username: request.params.username })
  await request.server.db.transaction(tx => unfollow(tx, viewer.id, person.id))
  return goBack(request, reply, person, 'follows.unfollowed')
}

function goBack(
  { body }: FollowRequest,
  reply: FastifyReply,
  person: { username: string; displayName: string },
  key: LocaleKey,
) {
  const next = body?.next ? returnPath(body.next) : `/@${person.username}`
  return reply.flash(key, { name: person.displayName }).redirect(next, 303)
}
