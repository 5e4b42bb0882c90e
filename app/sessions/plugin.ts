import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import { Problem, prefersJson } from '../http/errors.ts'
import { returnPath } from '../http/return-path.ts'
import { remembering } from '../page-cache/remembering.ts'
import { hashToken, setSessionCookie, touchAfter } from '../security/tokens.ts'
import { findSession, touchSession, type Viewer } from './queries.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Open to visitors; a route that does not say so asks them to sign in. */
    public?: boolean
    /** False: asking for it does not count as having been here. */
    touchSession?: boolean
  }
  interface FastifyRequest {
    /** Who is signed in, if anybody. */
    viewer: Viewer | null
  }
}

type Answer = (request: FastifyRequest, reply: FastifyReply) => FastifyReply

export default plugin(
  async (app: FastifyInstance, { askToSignIn }: { askToSignIn: Answer }) => {
    app.decorateRequest('viewer', null)
    app.addHook('onRequest', async (request, reply) => {
      const token = request.siteCookie('session')
      if (!token) return
      request.viewer = await viewerOf(request, hashToken(token))
      if (request.viewer && isStale(request.viewer)) keepAlive(request, reply, token)
    })
    app.addHook('preValidation', requireViewer(askToSignIn))
    rememberVisits(app)
  },
  { name: 'sessions', dependencies: ['cookies', 'state'] },
)

const rememberViewer = remembering<string, Viewer | null>()

/** Who a session's owner is does not change while nothing about them is written, except that a session expires. */
async function viewerOf(request: FastifyRequest, tokenHash: string): Promise<Viewer | null> {
  const { db } = request.server
  const viewer = await rememberViewer(db, await request.databaseState(), {
    key: tokenHash,
    topics: viewer => (viewer ? [`person:${viewer.id}`] : []),
    read: async () => (await findSession(db, tokenHash, new Date())) ?? null,
  })
  return viewer && viewer.session.expiresAt > new Date() ? viewer : null
}

function isStale({ session }: Viewer): boolean {
  return Date.now() - session.lastUsedAt.getTime() > touchAfter
}

/** A session that is used lives on: in the browser now, in the database after the response. */
function keepAlive(request: FastifyRequest, reply: FastifyReply, token: string): void {
  if (request.viewer?.session.persistent) setSessionCookie(reply, token, true)
}

/** A page leads to signing in and back; a form is answered there and then, so that its words are not lost. */
function requireViewer(askToSignIn: Answer) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    if (request.viewer || request.is404 || request.routeOptions.config.public) return
    if (prefersJson(request)) throw new Problem(401)
    if (request.method !== 'GET' && request.method !== 'HEAD') return askToSignIn(request, reply)
    return reply.redirect(`/sign-in?next=${encodeURIComponent(returnPath(request.url))}`, 303)
  }
}

/** "Last seen" is written after the response, best effort, at most every five minutes. */
function rememberVisits(app: FastifyInstance): void {
  const writing = new Set<Promise<void>>()
  app.addHook('onResponse', async request => {
    const { viewer, routeOptions } = request
    if (!viewer || !isStale(viewer) || routeOptions.config.touchSession === false) return
    const written = app.db
      .transaction(tx => touchSession(tx, viewer, new Date()))
      .catch(error => request.log.warn({ err: error }, 'the visit was not recorded'))
      .finally(() => writing.delete(written))
    writing.add(written)
  })
  app.addHook('onClose', async () => void (await Promise.all(writing)))
}
