import type { FastifyReply } from 'fastify'
import { unauthorized } from '../api/bearer.ts'
import type { Reader } from '../database/database.ts'
import type { MemberRequest } from '../people/viewer.ts'
import { findMe } from './queries.ts'
import { serializeMe } from './serializer.ts'

/** An account that was deleted after its token was looked up is answered like an invalid token. */
export async function meOf(db: Reader, { viewer, server }: MemberRequest, reply: FastifyReply) {
  const me = await findMe(db, viewer.id)
  if (!me) throw unauthorized(reply, 'invalid_token')
  return serializeMe(me, server.config)
}
