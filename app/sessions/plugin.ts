import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import { writeAfterResponses } from '../http/after-response.ts'
import { Problem, prefersJson } from '../http/errors.ts'
import { returnPath } from '../http/return-path.ts'
import type { Unread } from '../notifications/unread.ts'
import { cachedReads } from '../page-cache/freshness.ts'
import type { MemberRequest } from '../people/viewer.ts'
import { hashToken, setSessionCookie, touchIntervalMs } from '../security/tokens.ts'
import { findSession, type Session, type SignedIn, touchSession } from './queries.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** False: a request does not update "last seen". */
    touchSession?: boolean
  }
  interface FastifyRequest {
    /** The viewer's session; null for visitors, and in the API. */
    session: Session | null
    /** Unread counts for the badges. */
    unread: Unread | null
  }
}

/** A member's session on a page. */
export function sessionOf({ session }: MemberRequest): Session {
  if (!session) throw new Problem(401)
  return session
}

const maxNextLength = 1_000

type Answer = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>

/** A page redirects to sign-in and back; a form is answered with the sign-in page, which resumes it. */
export default plugin(
  async (app: FastifyInstance, { askToSignIn }: { askToSignIn: Answer }) => {
    app.decorateRequest('viewer', null)
    app.decorateRequest('session', null)
    app.decorateRequest('unread', null)
    app.addHook('onRequest', async (request, reply) => {
      const token = request.siteCookie('session')
      if (!token) return
      const signedIn = await findSignedIn(request, hashToken(token))
      if (!signedIn) return
      Object.assign(request, signedIn)
      const { session } = signedIn
      // A used session is extended: in the browser now, in the database after the response.
      if (isStale(session) && session.persistent) setSessionCookie(reply, token, true)
    })
    app.addHook('preValidation', async (request, reply) => {
      if (request.viewer || request.is404 || request.routeOptions.config.public) return
      if (prefersJson(request)) throw new Problem(401)
      if (request.method !== 'GET' && request.method !== 'HEAD') return askToSignIn(request, reply)
      const [path = '/'] = request.url.split('?')
      // A proxy may refuse a longer header.
      const next = returnPath(request.url.length > maxNextLength ? path : request.url)
      return reply.redirect(`/sign-in?next=${encodeURIComponent(next)}`, 303)
    })
    // "Last seen", at most every five minutes.
    writeAfterResponses(app, 'the visit was not recorded', ({ session, routeOptions }) =>
      session && isStale(session) && routeOptions.config.touchSession !== false
        ? tx => touchSession(tx, session, new Date())
        : null,
    )
  },
  { name: 'sessions', dependencies: ['cookies', 'freshness'] },
)

const cachedSessions = cachedReads<string, SignedIn>()

/** Cached until the viewer's data is written; expiry is checked on each request. */
async function findSignedIn(request: FastifyRequest, tokenHash: string): Promise<SignedIn | null> {
  const signedIn = await cachedSessions(request, {
    key: tokenHash,
    tags: ({ viewer }) => [`viewer:${viewer.id}`],
    read: async db => (await findSession(db, tokenHash, new Date())) ?? null,
  })
  return signedIn && signedIn.session.expiresAt > new Date() ? signedIn : null
}

function isStale({ lastUsedAt }: Session): boolean {
  return Date.now() - lastUsedAt.getTime() > touchIntervalMs
}
