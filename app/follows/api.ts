import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ListQuery, operation, returnsListOf, returnsNothing, returnsProblem } from '../api/schemas.ts'
import { cursorOf } from '../database/cursor.ts'
import { Problem } from '../http/errors.ts'
import { UsernameParams } from '../http/params.ts'
import { type MemberRequest, memberRoutes } from '../people/viewer.ts'
import { requirePerson, requireProfile } from '../profiles/require-profile.ts'
import { serializePerson, userPath } from '../profiles/serializer.ts'
import { followPerson } from './following.ts'
import { type FollowList, followList, showReposts, unfollow } from './queries.ts'

type OneRequest = MemberRequest<{ Params: UsernameParams }>
type ListRequest = FastifyRequest<{ Params: UsernameParams; Querystring: ListQuery }>

export default async function followsApi(app: FastifyInstance) {
  const members = memberRoutes(app)
  const list = {
    config: { public: true },
    params: UsernameParams,
    querystring: ListQuery,
    response: { 200: returnsListOf('Person'), 403: returnsProblem('One of you has blocked the other.') },
  }
  const one = { params: UsernameParams, response: { 204: returnsNothing() } }
  app.get(
    '/users/:username/followers',
    operation('follows', 'listFollowers', 'List the followers of a user', list),
    listFollowers,
  )
  app.get(
    '/users/:username/following',
    operation('follows', 'listFollowing', 'List the people whom a user follows', list),
    listFollowing,
  )
  members.put(
    '/users/:username/follow',
    operation('follows', 'followUser', 'Follow a user', {
      ...one,
      response: { ...one.response, 422: returnsProblem('You can’t follow yourself.') },
    }),
    createFollow,
  )
  members.delete(
    '/users/:username/follow',
    operation('follows', 'unfollowUser', 'Unfollow a user', one),
    deleteFollow,
  )
  addRepostChoice(app)
}

/** Whether Home shows what a followed person reposts. */
function addRepostChoice(app: FastifyInstance) {
  const members = memberRoutes(app)
  const choice = {
    params: UsernameParams,
    response: { 204: returnsNothing(), 409: returnsProblem('You don’t follow them.') },
  }
  members.put(
    '/users/:username/hidden-reposts',
    operation('follows', 'hideReposts', 'Hide the reposts of a user you follow from your Home', choice),
    chooseReposts(false),
  )
  members.delete(
    '/users/:username/hidden-reposts',
    operation('follows', 'showReposts', 'Show the reposts of a user you follow in your Home again', choice),
    chooseReposts(true),
  )
}

function listFollowers(request: ListRequest, reply: FastifyReply) {
  return sendPeople(request, reply, 'followers')
}

function listFollowing(request: ListRequest, reply: FastifyReply) {
  return sendPeople(request, reply, 'following')
}

async function sendPeople(request: ListRequest, reply: FastifyReply, list: FollowList) {
  const { server, viewer, query } = request
  const { id: user, username, displayName, apart } = await requireProfile(server.db, request, viewer)
  if (apart) throw new Problem(403, 'follows.apart', { name: displayName })
  const asked = { user, viewer, list, cursor: cursorOf(query) }
  const page = await followList(server.db, asked)
  return reply.list(page, `${userPath(username)}/${list}`, person => serializePerson(person, server.config))
}

async function createFollow(request: OneRequest, reply: FastifyReply) {
  const { server, viewer } = request
  await followPerson(server, viewer.id, await requirePerson(server.db, request, 'follow'))
  return reply.code(204).send()
}

async function deleteFollow(request: OneRequest, reply: FastifyReply) {
  const { id } = request.viewer
  const person = await requirePerson(request.server.db, request)
  await request.server.db.transaction(tx => unfollow(tx, id, person.id))
  return reply.code(204).send()
}

function chooseReposts(areShown: boolean) {
  return async (request: OneRequest, reply: FastifyReply) => {
    const person = await requirePerson(request.server.db, request)
    const pair = { followerId: request.viewer.id, followedId: person.id }
    const follows = await request.server.db.transaction(tx => showReposts(tx, pair, areShown))
    if (!follows) throw new Problem(409, 'follows.reposts_unfollowed', { name: person.displayName })
    return reply.code(204).send()
  }
}
