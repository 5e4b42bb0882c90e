import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { spend } from '../limits/limits.ts'
import { Problem } from '../plugins/errors.ts'
import { ProfileParams } from '../profiles/forms.ts'
import { findPerson } from '../profiles/queries.ts'
import { NextQuery } from '../sessions/forms.ts'
import type { Viewer } from '../sessions/queries.ts'
import { returnPath } from '../sessions/return-path.ts'
import { follow, unfollow } from './queries.ts'

type FollowRequest = FastifyRequest<{ Params: ProfileParams; Body: NextQuery }>

export default async function followRoutes(app: FastifyInstance) {
  const schema = { params: ProfileParams, body: NextQuery }
  app.post('/@:username/follow', { schema }, createFollow)
  app.post('/@:username/follow/delete', { schema }, deleteFollow)
}

async function createFollow(request: FollowRequest, reply: FastifyReply) {
  const viewer = request.viewer as Viewer
  const person = await findPerson(request.server.db, request.params.username)
  if (!person) throw new Problem(404, 'errors.profile_missing', { username: request.params.username })
  if (person.id === viewer.id) throw new Problem(422, 'follows.oneself')
  const followed = await request.server.db.transaction(async tx => {
    await spend(tx, 'following', viewer.id)
    return follow(tx, viewer.id, person.id)
  })
  if (!followed) throw new Problem(403, 'follows.apart', { name: person.displayName })
  return reply.flash('follows.followed', { name: person.displayName }).redirect(wayBack(request, person), 303)
}

async function deleteFollow(request: FollowRequest, reply: FastifyReply) {
  const viewer = request.viewer as Viewer
  const person = await findPerson(request.server.db, request.params.username)
  if (!person) throw new Problem(404, 'errors.profile_missing', { username: request.params.username })
  await request.server.db.transaction(tx => unfollow(tx, viewer.id, person.id))
  return reply
    .flash('follows.unfollowed', { name: person.displayName })
    .redirect(wayBack(request, person), 303)
}

/** To the page that the form was on, or else to the person. */
function wayBack({ body }: FollowRequest, { username }: { username: string }): string {
  return body.next ? returnPath(body.next) : `/@${username}`
}
