import { createHash, randomBytes } from 'node:crypto'
import type { FastifyReply } from 'fastify'

const hour = 3_600_000

/** Milliseconds after which a used session's "last used", and its person's "last seen", are written again. */
export const touchAfter = 5 * 60_000

/** Milliseconds that an unused session lives: 30 days if it is to be kept, else a day. */
export function lifetimeOf(persistent: boolean): number {
  return persistent ? 30 * 24 * hour : 24 * hour
}

/** 256 random bits, as text that fits a cookie. */
export function newToken(): string {
  return randomBytes(32).toString('base64url')
}

/** What the database keeps of a token. It needs no salt or stretching: the token is random. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}

/** Gives the token to the browser: for 30 days, or until it closes. */
export function setSessionCookie(reply: FastifyReply, token: string, persistent: boolean): void {
  reply.setSiteCookie('session', token, persistent ? lifetimeOf(true) / 1000 : undefined)
}
