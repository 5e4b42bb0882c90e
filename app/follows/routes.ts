import type { FastifyInstance, FastifyReply } from 'fastify'
import { UsernameParams } from '../http/params.ts'
import { type MemberRequest, memberRoutes } from '../people/viewer.ts'
import { redirectBack, requirePerson } from '../profiles/require-profile.ts'
import { NextQuery } from '../sessions/forms.ts'
import { followPerson } from './following.ts'
import { unfollow } from './queries.ts'

type FollowRequest = MemberRequest<{ Params: UsernameParams; Body: NextQuery }>

export default async function followRoutes(app: FastifyInstance) {
  const members = memberRoutes(app)
  const schema = { params: UsernameParams, body: NextQuery }
  members.post('/@:username/follow', { schema }, createFollow)
  members.post('/@:username/follow/delete', { schema }, deleteFollow)
}

async function createFollow(request: FollowRequest, reply: FastifyReply) {
  const { server, body, viewer } = request
  const person = await requirePerson(server.db, request, 'follow')
  await followPerson(server, viewer.id, person)
  return reply
    .flash('follows.followed', { name: person.displayName })
    .redirect(redirectBack(body, person), 303)
}

async function deleteFollow(request: FollowRequest, reply: FastifyReply) {
  const { server, body, viewer } = request
  const person = await requirePerson(server.db, request)
  await server.db.transaction(tx => unfollow(tx, viewer.id, person.id))
  return reply
    .flash('follows.unfollowed', { name: person.displayName })
    .redirect(redirectBack(body, person), 303)
}
