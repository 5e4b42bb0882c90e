import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isLoopback } from '../config/hosts.ts'
import { Problem } from '../http/errors.ts'
import { IdParams } from '../http/params.ts'
import { type Entity, findEntities } from '../text/entities.ts'
import { findMail, listMails } from './queries.ts'
import type { Email } from './transport.ts'

type StoredMail = NonNullable<Awaited<ReturnType<typeof findMail>>>
type ShownMail = Omit<StoredMail, 'input' | 'email'> & {
  name: string
  to: string | null
  /** Null until it is written. */
  email: Email | null
  links: Entity[]
}

declare module '../http/views.ts' {
  interface Pages {
    'mail/index': { mails: ShownMail[] }
    'mail/show': { mail: ShownMail }
  }
}

type MailRequest = FastifyRequest<{ Params: IdParams }>

/**
 * Shows sent mails in development only, because they contain secret links. The name in the request has to be this
 * machine's: a page elsewhere whose name leads here, or a proxy, gets nothing.
 */
export default async function developerMail(app: FastifyInstance) {
  if (!app.config.development) return
  app.addHook('onRequest', async request => {
    if (!isLoopback(request.hostname)) throw new Problem(404)
  })
  const open = { config: { public: true } }
  const schema = { params: IdParams }
  app.get('/dev/mail', open, showMails)
  app.get('/dev/mail/:id', { ...open, schema }, showMail)
  app.get('/dev/mail/:id/html', { ...open, schema }, showHtml)
}

async function showMails({ server }: FastifyRequest, reply: FastifyReply) {
  const mails = await listMails(server.db, 50)
  return reply.page('mail/index', { mails: mails.map(shown) })
}

async function showMail(request: MailRequest, reply: FastifyReply) {
  return reply.page('mail/show', { mail: await mailOr404(request) })
}

/** The HTML as sent, for a sandboxed frame in which only links work. */
async function showHtml(request: MailRequest, reply: FastifyReply) {
  const { email } = await mailOr404(request)
  if (!email) throw new Problem(404)
  const policy = [
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    "frame-ancestors 'self'",
    'sandbox allow-top-navigation-by-user-activation',
  ]
  return reply
    .type('text/html; charset=utf-8')
    .header('content-security-policy', policy.join('; '))
    .header('x-frame-options', 'SAMEORIGIN')
    .header('cache-control', 'no-store')
    .send(email.html.replace('<head>', '<head><base target="_top">'))
}

async function mailOr404({ server, params }: MailRequest): Promise<ShownMail> {
  const mail = await findMail(server.db, params.id)
  if (!mail) throw new Problem(404)
  return shown(mail)
}

function shown({ input, email: result, ...mail }: StoredMail): ShownMail {
  const { name, to } = input as { name: string; to: string | null }
  const email = result && 'html' in Object(result) ? (result as Email) : null
  const links = findEntities(email?.text ?? '').filter(({ kind }) => kind === 'link')
  return { ...mail, name, to, email, links }
}
