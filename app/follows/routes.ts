import type { FastifyInstance, FastifyReply } from 'fastify'
import { UsernameParams } from '../http/params.ts'
import { type MemberRequest, memberRoutes } from '../people/viewer.ts'
import { goBack, requirePerson } from '../profiles/require-profile.ts'
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
  return goBack(reply, 'follows.followed', { ...person, next: body.next })
}

async function deleteFollow(request: FollowRequest, reply: FastifyReply) {
  const { server, body, viewer } = request
  const person = await requirePerson(server.db, request)
  await server.db.transaction(tx => unfollow(tx, viewer.id, person.id))
  return goBack(reply, 'follows.unfollowed', { ...person, next: body.next })
}
