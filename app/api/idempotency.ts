import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Reader, Writer } from '../database/database.ts'
import { Problem } from '../http/errors.ts'
import type { MemberRequest } from '../people/viewer.ts'
import { findAnswer, insertAnswer } from './queries.ts'

/** A created resource and its path. */
export type Created = { location: string; body: object }
type Answer = Created & { replayed?: boolean }

/**
 * Answers 201 with what `create` made. The same Idempotency-Key gets the same answer again, or 422 if the request is
 * another. All of it is one transaction, so of two simultaneous requests one creates and the other gets its answer.
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
 * The answer to this person's earlier request with the same Idempotency-Key.
 * @throws Problem 422 if that request was another
 */
export async function findStoredAnswer(
  db: Reader,
  request: FastifyRequest,
  userId: number,
): Promise<Answer | undefined> {
  const key = keyOf(request)
  const stored = key === null ? undefined : await findAnswer(db, { userId, key })
  if (!stored) return undefined
  if (stored.request !== digestOf(request)) throw new Problem(422, 'api.key_reused')
  return { location: stored.location, body: stored.body, replayed: true }
}

/** Stores the answer under the request's Idempotency-Key, if it has one. */
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

/** Identifies a request. Without the password, which could be guessed from the digest. */
function digestOf({ method, url, body }: FastifyRequest): string {
  const { password: _, ...fields } = Object(body) as Record<string, unknown>
  return createHash('sha256')
    .update(JSON.stringify([method, url, fields]))
    .digest('base64url')
}
