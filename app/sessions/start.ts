import type { FastifyReply, FastifyRequest } from 'fastify'
import { hasPassword } from '../accounts/queries.ts'
import type { Writer } from '../database/database.ts'
import { Problem } from '../http/errors.ts'
import { hashToken, newToken, setSessionCookie } from '../security/tokens.ts'
import { deviceOf, deviceToken, setDeviceCookie } from './device.ts'
import { saveKnownDevice } from './known-device-queries.ts'
import { createSession, endSession } from './queries.ts'

type Beginning = {
  id: number
  passwordHash: string
  persistent: boolean
  /** What stands in for the password: the transaction is rolled back if it throws. */
  instead?(tx: Writer): Promise<void>
}

/**
 * Starts a session, returns its token and ends the browser's previous one. The browser becomes a known device, which
 * failed attempts from elsewhere do not lock out.
 */
export async function startSession(
  request: FastifyRequest,
  reply: FastifyReply,
  { id: userId, passwordHash, persistent, instead }: Beginning,
): Promise<string> {
  const token = newToken()
  const device = deviceToken(request)
  const userAgent = (request.headers['user-agent'] ?? '').slice(0, 400)
  const now = new Date()
  const client = { persistent, userAgent, label: deviceOf(userAgent) }
  const session = { ...client, tokenHash: hashToken(token), userId, ...(!instead && { confirmedAt: now }) }
  await request.server.db.transaction(async tx => {
    // The password may have been reset while it was compared.
    if (!(await hasPassword(tx, userId, passwordHash))) throw new Problem(401)
    await instead?.(tx)
    if (request.session) await endSession(tx, request.session.id)
    await createSession(tx, session, now)
    await saveKnownDevice(tx, { tokenHash: hashToken(device), userId }, now)
  })
  setSessionCookie(reply, token, persistent)
  setDeviceCookie(reply, device)
  return token
}
