import cookie from '@fastify/cookie'
import type { FastifyInstance } from 'fastify'
import plugin from 'fastify-plugin'

declare module 'fastify' {
  interface FastifyInstance {
    /** The name under which a cookie is sent. */
    siteCookieName(name: string): string
  }
  interface FastifyRequest {
    siteCookie(name: string): string | undefined
  }
  interface FastifyReply {
    /** Sets a cookie for `maxAge` seconds, or until the browser closes. */
    setSiteCookie(name: string, value: string, maxAge?: number): FastifyReply
    clearSiteCookie(name: string): FastifyReply
  }
}

/** All cookies are HttpOnly and SameSite=Lax; under https also `__Host-` and Secure. */
export default plugin(
  async (app: FastifyInstance) => {
    const secure = app.config.publicUrl.startsWith('https:')
    const prefix = secure ? '__Host-' : ''
    const attributes = { path: '/', httpOnly: true, sameSite: 'lax', secure } as const
    await app.register(cookie)
    app.decorate('siteCookieName', name => prefix + name)
    app.decorateRequest('siteCookie', function (name) {
      return this.cookies[prefix + name]
    })
    app.decorateReply('setSiteCookie', function (name, value, maxAge) {
      return this.setCookie(prefix + name, value, { ...attributes, ...(maxAge !== undefined && { maxAge }) })
    })
    app.decorateReply('clearSiteCookie', function (name) {
      return this.clearCookie(prefix + name, attributes)
    })
  },
  { name: 'cookies' },
)
