/**
 * A form that arrives without a session is kept for an hour, and a cookie of the browser names it. Signing in or up
 * resumes it: words come back to the page where they were typed, because the account may be another than the one for
 * which they were written; a button on a person or a post is pressed again. The sign-in form names the button, and the
 * cookie is only in the browser in which it was pressed, so no link makes a person press a button.
 */
import type { FastifyReply, FastifyRequest, LightMyRequestResponse } from 'fastify'
import { returnPath } from '../http/return-path.ts'
import { networkOf } from '../limits/network.ts'
import type { RateLimit } from '../limits/queries.ts'
import { hashToken, newToken } from '../security/tokens.ts'
import {
  findInterruptedForm,
  formLifetimeMs,
  type InterruptedForm,
  saveInterruptedForm,
  takeInterruptedForm,
} from './interrupted-queries.ts'

/** For each network. */
export const interruptionLimit: RateLimit = { name: 'interrupted-form', burst: 30, every: 60_000 }

const cookie = 'interrupted'

/** Names and numbers as long as they can be: a longer one is not kept, because a row has a limited length. */
const [person, post] = [String.raw`@\w{1,64}`, String.raw`posts/\d{1,16}`]
/** Buttons on a person or a post: `/@susan/follow`, `/posts/42/delete`. */
const buttonPath = new RegExp(`^/(?:${person}|${post})/[a-z/]{1,32}$`)
const postPath = new RegExp(`^/${post}$`)
const repliesPath = new RegExp(`^/${post}/replies$`)
const conversationPath = new RegExp(`^/messages/${person}$`)

/** The page where the words of a form are typed; null for a form without words. */
function pageOfWords(path: string): string | null {
  if (path === '/posts') return '/posts/new'
  if (postPath.test(path)) return `${path}/edit`
  if (repliesPath.test(path)) return `${path}/new`
  return conversationPath.test(path) || path === '/settings/profile' ? path : null
}

/** What signing in leads to: a page, and the path of a button to press on the way. */
export type Onward = { next: string; press: string | null }

/** Keeps the form that this request sends, and returns what resumes it; null if it is of a kind that is not kept. */
export async function keepForm(request: FastifyRequest, reply: FastifyReply): Promise<Onward | null> {
  const path = pathOf(request)
  if (!pageOfWords(path) && !buttonPath.test(path)) return null
  const { db, rateLimits } = request.server
  const token = newToken()
  const form = { path, fields: (request.body ?? {}) as InterruptedForm['fields'] }
  await db.transaction(async tx => {
    await rateLimits.consume(tx, interruptionLimit, networkOf(request.ip))
    await saveInterruptedForm(tx, { ...form, tokenHash: hashToken(token) }, new Date())
  })
  reply.setSiteCookie(cookie, token, formLifetimeMs / 1000)
  return onwardTo(form)
}

function onwardTo({ path, fields }: InterruptedForm): Onward {
  const page = pageOfWords(path)
  return page ? { next: `${page}?resume`, press: null } : { next: returnPath(fields['next']), press: path }
}

/** What resumes the form that this browser sent without a session; null if there is none. */
export async function keptOnward(request: FastifyRequest): Promise<Onward | null> {
  const form = await findKeptForm(request)
  return form ? onwardTo(form) : null
}

/** Whether this browser sent a form to `press` without a session, so that signing in presses its button. */
export async function isKept(request: FastifyRequest, press: string | null): Promise<boolean> {
  return press !== null && (await findKeptForm(request))?.path === press
}

async function findKeptForm(request: FastifyRequest): Promise<InterruptedForm | undefined> {
  const tokenHash = tokenHashOf(request)
  return tokenHash === null ? undefined : findInterruptedForm(request.server.db, tokenHash, new Date())
}

/** The fields of the form that was sent from the page of this request without a session, if its URL asks for them. */
export async function keptWords(request: FastifyRequest): Promise<Partial<Record<string, string>>> {
  if (!resumes(request.url)) return {}
  const form = await findKeptForm(request)
  return form && pageOfWords(form.path) === pathOf(request) ? form.fields : {}
}

/** Whether the page of this path shows the words that were sent from it without a session. */
function resumes(path: string): boolean {
  return new URLSearchParams(path.split('?')[1]).has('resume')
}

/** Answers a person who has just signed in with this token: presses the button, or leads to the page. */
export async function goOn(
  request: FastifyRequest,
  reply: FastifyReply,
  { next, press, token }: Onward & { token: string },
): Promise<FastifyReply> {
  const tokenHash = tokenHashOf(request)
  const fields =
    press &&
    tokenHash &&
    (await request.server.db.transaction(tx => takeInterruptedForm(tx, { tokenHash, press }, new Date())))
  if (!fields) return reply.redirect(next, 303)
  return pass(await sendAgain(request, { path: press, fields }, token), reply.clearSiteCookie(cookie))
}

/** Within this process, with the new session: the form passes all that its first attempt would have passed. */
function sendAgain(request: FastifyRequest, { path, fields }: InterruptedForm, token: string) {
  const {
    accept = '',
    host = '',
    'accept-language': language = '',
    'user-agent': agent = '',
  } = request.headers
  // The first of two cookies with one name counts.
  const cookies = `${request.server.siteCookieName('session')}=${token}; ${request.headers.cookie ?? ''}`
  return request.server.inject({
    method: 'POST',
    url: path,
    remoteAddress: request.ip,
    headers: {
      accept,
      host,
      cookie: cookies,
      'accept-language': language,
      'user-agent': agent,
      'content-type': 'application/x-www-form-urlencoded',
    },
    payload: String(new URLSearchParams(fields)),
  })
}

/** Answers with another response. */
function pass({ statusCode, headers, body }: LightMyRequestResponse, reply: FastifyReply): FastifyReply {
  const ownNames = ['connection', 'content-length', 'date', 'transfer-encoding']
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined && !ownNames.includes(name)) reply.header(name, value)
  return reply.code(statusCode).send(body)
}

function tokenHashOf(request: FastifyRequest): string | null {
  const token = request.siteCookie(cookie)
  return token ? hashToken(token) : null
}

/** The path without a query and a slash at its end. */
function pathOf({ url }: FastifyRequest): string {
  return String(url.split('?')[0]).replace(/\/$/, '')
}
