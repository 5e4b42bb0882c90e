import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ProfileParams } from '../profiles/forms.ts'
import { redirectBack, requirePerson } from '../profiles/require-profile.ts'
import { NextQuery } from '../sessions/forms.ts'
import type { Viewer } from '../sessions/queries.ts'
import { followAfterSignIn } from './following.ts'
import { unfollow } from './queries.ts'

type FollowRequest = FastifyRequest<{ Params: ProfileParams; Body: NextQuery }>

export default async function followRoutes(app: FastifyInstance) {
  const schema = { params: ProfileParams, body: NextQuery }
  app.post('/@:username/follow', { schema }, createFollow)
  app.post('/@:username/follow/delete', { schema }, deleteFollow)
}

async function createFollow(request: FollowRequest, reply: FastifyReply) {
  const { server, body, viewer } = request
  const person = await requirePerson(server.db, request)
  await followAfterSignIn(server.db, (viewer as Viewer).id, person)
  return reply
    .flash('follows.followed', { name: person.displayName })
    .redirect(redirectBack(body, person), 303)
}

async function deleteFollow(request: FollowRequest, reply: FastifyReply) {
  const { server, body, viewer } = request
  const person = await requirePerson(server.db, request)
  await server.db.transaction(tx => unfollow(tx, (viewer as Viewer).id, person.id))
  return reply
    .flash('follows.unfollowed', { name: person.displayName })
    .redirect(redirectBack(body, person), 303)
}
