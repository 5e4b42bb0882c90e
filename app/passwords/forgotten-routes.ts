import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Writer } from '../database/database.ts'
import { type FieldErrors, fieldErrorsOf, hasFieldErrors } from '../http/forms.ts'
import { enqueue } from '../jobs/queue.ts'
import { catchRateLimit, digestOf, tooManyRequests } from '../limits/limits.ts'
import { networkOf } from '../limits/network.ts'
import { canMail } from '../mail/mail.ts'
import { foldName } from '../text/normalize.ts'
import { ForgottenForm } from './forms.ts'
import { resetLimit } from './queries.ts'

declare module '../http/views.ts' {
  interface Pages {
    'passwords/forgotten': { values: { email: string }; canMail: boolean; errors: FieldErrors }
  }
}

type ForgottenRequest = FastifyRequest<{ Body: ForgottenForm }>

export default async function forgottenPasswords(app: FastifyInstance) {
  const config = { public: true }
  if (!canMail(app.config) && !app.config.contact)
    app.log.warn('SMTP_URL and CONTACT are empty: people who forget their password are told nobody to ask')
  app.get('/passwords', { config }, showForgotten)
  app.post('/passwords', { config, schema: { body: ForgottenForm }, attachValidation: true }, askForLink)
}

async function showForgotten({ server }: FastifyRequest, reply: FastifyReply) {
  const values = { email: '' }
  return reply.page('passwords/forgotten', { values, canMail: canMail(server.config), errors: {} })
}

/** The response and its timing do not reveal whether an account has the address; the job checks that. */
async function askForLink(request: ForgottenRequest, reply: FastifyReply) {
  const { server, body, ip, language } = request
  const values = { email: body.email }
  if (!canMail(server.config))
    return reply.code(403).page('passwords/forgotten', { values, canMail: false, errors: {} })
  const errors = fieldErrorsOf(request)
  reply.code(422)
  if (!hasFieldErrors(errors)) {
    const email = foldName(body.email)
    const enqueueRequest = async (tx: Writer) => {
      await server.rateLimits.consume(tx, resetLimit, networkOf(ip))
      await server.rateLimits.consume(tx, resetLimit, digestOf(email))
      await enqueue(tx, { name: 'passwords.request', input: { email, language } })
    }
    const limit = await server.db.transaction(enqueueRequest).catch(catchRateLimit)
    if (limit) errors['form'] = tooManyRequests(reply, limit)
  }
  if (hasFieldErrors(errors)) return reply.page('passwords/forgotten', { values, canMail: true, errors })
  return reply.flash('passwords.asked', values).redirect('/sign-in', 303)
}
