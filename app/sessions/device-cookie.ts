/** The cookie by which a browser is known again that somebody has signed in with. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { hashToken, newToken } from '../security/tokens.ts'

/** The browser's own token, or a new one. */
export function deviceToken(request: FastifyRequest): string {
  return presentToken(request) ?? newToken()
}

/** What the database may know of this browser; null if it has never signed in. */
export function deviceHash(request: FastifyRequest): string | null {
  const token = presentToken(request)
  return token === undefined ? null : hashToken(token)
}

/** Seconds; the database forgets a device after a year, too (jobs/outdated.ts). */
const aYear = 31_536_000

export function setDeviceCookie(reply: FastifyReply, token: string): void {
  reply.setSiteCookie('device', token, aYear)
}

function presentToken(request: FastifyRequest): string | undefined {
  const token = request.siteCookie('device')
  return token && /^[\w-]{43}$/.test(token) ? token : undefined
}
