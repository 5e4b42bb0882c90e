import type { FastifyInstance, FastifyReply } from 'fastify'
import { Problem } from '../http/errors.ts'
import { UsernameParams } from '../http/params.ts'
import { type MemberRequest, memberRoutes } from '../people/viewer.ts'
import { goBack, requirePerson } from '../profiles/require-profile.ts'
import { NextQuery } from '../sessions/forms.ts'
import { followPerson } from './following.ts'
import { showReposts, unfollow } from './queries.ts'

type FollowRequest = MemberRequest<{ Params: UsernameParams; Body: NextQuery }>

export default async function followRoutes(app: FastifyInstance) {
  const members = memberRoutes(app)
  const schema = { params: UsernameParams, body: NextQuery }
  members.post('/@:username/follow', { schema }, createFollow)
  members.post('/@:username/follow/delete', { schema }, deleteFollow)
  members.post('/@:username/reposts/hide', { schema }, chooseReposts(false))
  members.post('/@:username/reposts/show', { schema }, chooseReposts(true))
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

function chooseReposts(areShown: boolean) {
  return async (request: FollowRequest, reply: FastifyReply) => {
    const { server, body, viewer } = request
    const person = await requirePerson(server.db, request)
    const pair = { followerId: viewer.id, followedId: person.id }
    const follows = await server.db.transaction(tx => showReposts(tx, pair, areShown))
    if (!follows) throw new Problem(409, 'follows.reposts_unfollowed', { name: person.displayName })
    const done = areShown ? 'follows.reposts_shown' : 'follows.reposts_hidden'
    return goBack(reply, done, { ...person, next: body.next })
  }
}
