/** A browser: its name, and the cookie that identifies a known device, which has signed in before. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { hashToken, newToken } from '../security/tokens.ts'

const browsers = [
  ['Edg', 'Edge'],
  ['OPR', 'Opera'],
  ['Firefox', 'Firefox'],
  ['Chrome', 'Chrome'],
  ['Safari', 'Safari'],
] as const
const systems = [
  ['Android', 'Android'],
  ['iPhone', 'iPhone'],
  ['iPad', 'iPad'],
  ['Windows', 'Windows'],
  ['Mac OS', 'macOS'],
  ['CrOS', 'ChromeOS'],
  ['Linux', 'Linux'],
] as const

/** "Firefox · Linux": a label that needs no translation. Empty if unknown. */
export function deviceOf(userAgent: string): string {
  const find = (names: typeof browsers | typeof systems) =>
    names.find(([mark]) => userAgent.includes(mark))?.[1]
  return [find(browsers), find(systems)].filter(Boolean).join(' · ')
}

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
