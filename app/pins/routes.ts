import type { FastifyInstance, FastifyReply } from 'fastify'
import { Problem } from '../http/errors.ts'
import { IdParams } from '../http/params.ts'
import { returnPath } from '../http/return-path.ts'
import type { LocaleKey } from '../locales/translate.ts'
import { type MemberRequest, memberRoutes } from '../people/viewer.ts'
import { NextQuery } from '../sessions/forms.ts'
import { pinPost, unpinPost } from './pinning.ts'

type PinRequest = MemberRequest<{ Params: IdParams; Body: NextQuery }>

export default async function pins(app: FastifyInstance) {
  const members = memberRoutes(app)
  const schema = { params: IdParams, body: NextQuery }
  members.post('/posts/:id/pin', { schema }, createPin)
  members.post('/posts/:id/pin/delete', { schema }, deletePin)
}

async function createPin(request: PinRequest, reply: FastifyReply) {
  try {
    await pinPost(request)
  } catch (error) {
    if (!(error instanceof Problem) || error.statusCode !== 409) throw error
    return goBack(request, reply.flashRefusal(error.key as LocaleKey, error.values))
  }
  return goBack(request, reply.flash('pins.pinned'))
}

async function deletePin(request: PinRequest, reply: FastifyReply) {
  await unpinPost(request)
  return goBack(request, reply.flash('pins.unpinned'))
}

/** To the profile, where the pin is seen, if the form names no other page. */
function goBack({ body, viewer }: PinRequest, reply: FastifyReply) {
  return reply.redirect(returnPath(body.next ?? `/@${viewer.username}`), 303)
}
