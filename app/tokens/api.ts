import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { hasPassword } from '../accounts/queries.ts'
import { unauthorized } from '../api/bearer.ts'
import { operation, returns, returnsNothing } from '../api/schemas.ts'
import { Problem } from '../http/errors.ts'
import { type MemberRequest, memberRoutes } from '../people/viewer.ts'
import { hashToken, newToken } from '../security/tokens.ts'
import { authenticate } from '../sessions/authenticate.ts'
import { expiryOf, TokenBody } from './forms.ts'
import { issueToken } from './issuing.ts'
import { maxTokens, revokeToken } from './queries.ts'
import { serializeToken } from './serializer.ts'

type CreateRequest = FastifyRequest<{ Body: TokenBody }>

export default async function tokensApi(app: FastifyInstance) {
  const create = operation('tokens', 'createToken', 'Create a token with your password', {
    config: { public: true, password: true },
    body: TokenBody,
    response: { 201: returns('Token', 'It’s created.') },
  })
  const destroy = operation('tokens', 'deleteToken', 'Revoke the token that you send', {
    config: { scope: 'read' },
    response: { 204: returnsNothing() },
  })
  app.post('/tokens', create, createOwnToken)
  memberRoutes(app).delete('/tokens/current', destroy, destroyToken)
}

async function createOwnToken(request: CreateRequest, reply: FastifyReply) {
  const { name = 'API', scope = 'write', expiresInDays = 90 } = request.body
  const account = await accountOf(request, reply)
  const secret = newToken()
  const { language, server } = request
  const expiresAt = expiryOf(expiresInDays, new Date())
  const token = { userId: account.id, tokenHash: hashToken(secret), name: name.trim(), scope, expiresAt }
  const created = await server.db.transaction(async tx => {
    // The password may have been changed while it was compared.
    if (!(await hasPassword(tx, account.id, account.passwordHash))) throw wrong(reply)
    return issueToken(tx, { ...token, language }, server.config)
  })
  if (!created) throw new Problem(422, 'tokens.too_many', { most: maxTokens })
  return reply.code(201).header('cache-control', 'no-store').send(serializeToken(secret, created))
}

/** The account with the name and password in `Authorization: Basic …` (RFC 7617); limited like sign-in. */
async function accountOf(request: FastifyRequest, reply: FastifyReply) {
  const [, encoded = ''] = /^basic +([\w+/=-]+)$/i.exec(request.headers.authorization ?? '') ?? []
  const [, identifier = '', password = ''] =
    /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString('utf8')) ?? []
  if (identifier.length > 200 || password.length > 1000 || !identifier || !password) throw wrong(reply)
  const account = await authenticate(request, { identifier, password })
  if (!account) throw wrong(reply)
  return account
}

function wrong(reply: FastifyReply): Problem {
  reply.header('www-authenticate', 'Basic realm="api", charset="UTF-8"')
  return new Problem(401, 'api.password_wrong')
}

async function destroyToken({ token, viewer, server }: MemberRequest, reply: FastifyReply) {
  if (!token) throw unauthorized(reply, null)
  await server.db.transaction(tx => revokeToken(tx, { id: token.id, userId: viewer.id }))
  return reply.code(204).send()
}
