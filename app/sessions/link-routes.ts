import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Writer } from '../database/database.ts'
import { Problem } from '../http/errors.ts'
import { type FieldErrors, fieldErrorsOf, hasFieldErrors } from '../http/forms.ts'
import { enqueue } from '../jobs/queue.ts'
import { catchRateLimit, digestOf, tooManyRequests } from '../limits/limits.ts'
import { networkOf } from '../limits/network.ts'
import { canMail } from '../mail/mail.ts'
import { hashToken } from '../security/tokens.ts'
import { foldIdentifier } from '../text/normalize.ts'
import { LinkForm, LinkParams } from './forms.ts'
import { consumeSignInLink, findSignInLink, signInLinkLimit } from './link-queries.ts'
import { startSession } from './start.ts'

declare module '../http/views.ts' {
  interface Pages {
    'sessions/ask-link': { values: { identifier: string }; errors: FieldErrors }
    'sessions/link': { token: string; username: string }
  }
}

type AskRequest = FastifyRequest<{ Body: LinkForm }>
type LinkRequest = FastifyRequest<{ Params: LinkParams }>

/** Signing in by a mailed link instead of the password. */
export default async function signInLinks(app: FastifyInstance) {
  const open = { config: { public: true } }
  const one = { ...open, schema: { params: LinkParams } }
  app.get('/sign-in/link', open, showAsk)
  app.post('/sign-in/link', { ...open, schema: { body: LinkForm }, attachValidation: true }, askForLink)
  app.get('/sign-in/:token', one, showLink)
  app.post('/sign-in/:token', one, signInByLink)
}

async function showAsk({ server }: FastifyRequest, reply: FastifyReply) {
  if (!canMail(server.config)) throw new Problem(403, 'sessions.link_needs_mail')
  return reply.page('sessions/ask-link', { values: { identifier: '' }, errors: {} })
}

/** The response and its timing do not reveal whether there is an account; the job checks that. */
async function askForLink(request: AskRequest, reply: FastifyReply) {
  const { server, body, ip, language } = request
  if (!canMail(server.config)) throw new Problem(403, 'sessions.link_needs_mail')
  const { identifier } = body
  const errors = fieldErrorsOf(request)
  reply.code(422)
  if (!hasFieldErrors(errors)) {
    const enqueueRequest = async (tx: Writer) => {
      await server.rateLimits.consume(tx, signInLinkLimit, networkOf(ip))
      await server.rateLimits.consume(tx, signInLinkLimit, digestOf(identifier))
      const input = { identifier: foldIdentifier(identifier), language }
      await enqueue(tx, { name: 'sessions.request_link', input })
    }
    const limit = await server.db.transaction(enqueueRequest).catch(catchRateLimit)
    if (limit) errors['form'] = tooManyRequests(reply, limit)
  }
  if (hasFieldErrors(errors)) return reply.page('sessions/ask-link', { values: { identifier }, errors })
  return reply.flash('sessions.link_asked').redirect('/sign-in', 303)
}

/** Signs in only by a button, because mail scanners open every link. */
async function showLink(request: LinkRequest, reply: FastifyReply) {
  const { username } = await linkOr410(request)
  return reply.page('sessions/link', { token: request.params.token, username })
}

/** The browser becomes a known device, so that attempts from elsewhere lock it out no more. */
async function signInByLink(request: LinkRequest, reply: FastifyReply) {
  const account = await linkOr410(request)
  const tokenHash = hashToken(request.params.token)
  await startSession(request, reply, {
    ...account,
    persistent: false,
    async instead(tx) {
      if (!(await consumeSignInLink(tx, tokenHash))) throw new Problem(410, 'sessions.link_expired')
    },
  })
  return reply.redirect('/', 303)
}

async function linkOr410({ server, params }: LinkRequest) {
  const found = await findSignInLink(server.db, hashToken(params.token), new Date())
  if (!found) throw new Problem(410, 'sessions.link_expired')
  return found
}
