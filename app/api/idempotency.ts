import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Reader, Writer } from '../database/database.ts'
import { Problem } from '../http/errors.ts'
import type { MemberRequest } from '../people/viewer.ts'
import { findAnswer, insertAnswer } from './queries.ts'

/** What was created, and where it is. */
export type Created = { location: string; body: object }
type Answer = Created & { replayed?: boolean }

/**
 * Answers 201 with what `create` made. The same Idempotency-Key with the same request gets the same answer
 * again, with another request 422; both happen in the transaction of the creation, so that of two at the same
 * moment one creates and the other hears of it.
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
 */
export async function createOnce(
  request: MemberRequest,
  reply: FastifyReply,
  create: (tx: Writer) => Promise<Created>,
): Promise<FastifyReply> {
  const { id } = request.viewer
  const answer = await request.server.db.transaction(async (tx): Promise<Answer> => {
    const earlier = await findStoredAnswer(tx, request, id)
    if (earlier) return earlier
    const created = await create(tx)
    await storeAnswer(tx, request, { ...created, userId: id })
    return created
  })
  return sendCreated(reply, answer)
}

/**
 * What was answered when this person used the request's key before, if they did.
 * @throws Problem 422 when it was for something else
 */
export async function findStoredAnswer(
  db: Reader,
  request: FastifyRequest,
  userId: number,
): Promise<Answer | undefined> {
  const key = keyOf(request)
  const kept = key === null ? undefined : await findAnswer(db, { userId, key })
  if (!kept) return undefined
  if (kept.request !== digestOf(request)) throw new Problem(422, 'api.key_reused')
  return { location: kept.location, body: kept.body, replayed: true }
}

/** Keeps the answer for the request's key, if it has one. */
export async function storeAnswer(
  tx: Writer,
  request: FastifyRequest,
  created: Created & { userId: number },
): Promise<void> {
  const key = keyOf(request)
  if (key === null) return
  const { userId, location, body } = created
  await insertAnswer(tx, { userId, location, body, key, request: digestOf(request) }, new Date())
}

export function sendCreated(reply: FastifyReply, { location, body, replayed }: Answer): FastifyReply {
  if (replayed) reply.header('idempotency-replayed', 'true')
  return reply.code(201).header('location', location).header('cache-control', 'no-store').send(body)
}

function keyOf({ headers }: FastifyRequest): string | null {
  const key = headers['idempotency-key']
  return typeof key === 'string' ? key : null
}

/** Names a request. A password is left out: it could be guessed from this. */
function digestOf({ method, url, body }: FastifyRequest): string {
  const { password: _, ...said } = Object(body) as Record<string, unknown>
  return createHash('sha256')
    .update(JSON.stringify([method, url, said]))
    .digest('base64url')
}
