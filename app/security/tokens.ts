import { createHash, randomBytes } from 'node:crypto'
import type { FastifyReply } from 'fastify'

const hour = 3_600_000

/** Milliseconds after which "last used" of a session or API token, and "last seen", are written again. */
export const touchIntervalMs = 5 * 60_000

/** Milliseconds after which an unused session expires: 30 days if it is persistent, else a day. */
function sessionLifetimeMs(persistent: boolean): number {
  return persistent ? 30 * 24 * hour : 24 * hour
}

/** Milliseconds after which a session ends, however often it is used. */
const sessionLimitMs = 90 * 24 * hour

/** When a session that is used now expires. */
export function sessionExpiry(session: { persistent: boolean; createdAt: Date }, now: Date): Date {
  const unused = new Date(now.getTime() + sessionLifetimeMs(session.persistent))
  return withinSessionLimit(session.createdAt, unused)
}

/** Older code did not limit the expiry that it stored. */
export function withinSessionLimit(createdAt: Date, expiresAt: Date): Date {
  return new Date(Math.min(expiresAt.getTime(), createdAt.getTime() + sessionLimitMs))
}

/** 256 random bits, as text that fits a cookie. */
export function newToken(): string {
  return randomBytes(32).toString('base64url')
}

/** The digest of a token that the database stores. A random token needs no salt or stretching. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}

/** Sets the session cookie: for 30 days, or until the browser closes. */
export function setSessionCookie(reply: FastifyReply, token: string, persistent: boolean): void {
  reply.setSiteCookie('session', token, persistent ? sessionLifetimeMs(true) / 1000 : undefined)
}

/** Signs the browser out: its cookies go, and the pages that it keeps for the way back, because they are private. */
export function clearSession(reply: FastifyReply): FastifyReply {
  return clearBrowserCache(reply).clearSiteCookie('session').clearSiteCookie('interrupted')
}

/** Browsers do so on https and on loopback hosts; elsewhere there is signed-out.js. */
export function clearBrowserCache(reply: FastifyReply): FastifyReply {
  return reply.header('clear-site-data', '"cache"')
}
