/** The cookie that identifies a known device: a browser that has signed in before. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { hashToken, newToken } from '../security/tokens.ts'

/** The browser's own token, or a new one. */
export function deviceToken(request: FastifyRequest): string {
  return tokenInCookie(request) ?? newToken()
}

/** The hash of the browser's token; null if it has never signed in. */
export function deviceHash(request: FastifyRequest): string | null {
  const token = tokenInCookie(request)
  return token === undefined ? null : hashToken(token)
}

/** In seconds, like the retention of known devices. */
const aYear = 31_536_000

export function setDeviceCookie(reply: FastifyReply, token: string): void {
  reply.setSiteCookie('device', token, aYear)
}

function tokenInCookie(request: FastifyRequest): string | undefined {
  const token = request.siteCookie('device')
  return token && /^[\w-]{43}$/.test(token) ? token : undefined
}
