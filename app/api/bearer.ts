/** What the API asks of a token, and how it refuses a request without the right one (RFC 6750). */
import type { FastifyContextConfig, FastifyReply } from 'fastify'
import { Problem } from '../http/errors.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Asks for a password instead of a token. */
    password?: boolean
    /** What a token must be good for; else it follows from the method. */
    scope?: 'read' | 'write'
  }
}

/** What a route asks of a token. */
export function scopeOf(method: string, { scope, public: isPublic }: FastifyContextConfig): 'read' | 'write' {
  return scope ?? (isPublic || method === 'GET' || method === 'HEAD' ? 'read' : 'write')
}

const sentences = {
  invalid_token: [401, 'api.token_invalid'],
  insufficient_scope: [403, 'api.token_reads_only'],
} as const

/** @see https://www.rfc-editor.org/rfc/rfc6750#section-3 */
export function unauthorized(reply: FastifyReply, error: keyof typeof sentences | null): Problem {
  const more = error ? `, error="${error}"${error === 'insufficient_scope' ? ', scope="write"' : ''}` : ''
  reply.header('www-authenticate', `Bearer realm="api"${more}`)
  const [status, key] = error ? sentences[error] : ([401, 'api.detail_401'] as const)
  return new Problem(status, key)
}
