import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Cursor, cursorOf, isPastTheEnd, type Page, pageLinks } from '../database/cursor.ts'
import type { Writer } from '../database/database.ts'
import { followList } from '../follows/queries.ts'
import { CursorQuery } from '../http/cursor-query.ts'
import { Problem } from '../http/errors.ts'
import { type FieldErrors, hasFieldErrors } from '../http/forms.ts'
import { UsernameParams } from '../http/params.ts'
import { catchRateLimit, RateLimitExceeded, tooManyRequests } from '../limits/limits.ts'
import { formatsFor } from '../locales/formats.ts'
import type { Person } from '../people/person.ts'
import { type MemberRequest, memberRoutes } from '../people/viewer.ts'
import { newSubmission, submissionDigest } from '../posts/forms.ts'
import { findPerson } from '../profiles/queries.ts'
import { profileNotFound } from '../profiles/require-profile.ts'
import { findPeople } from '../search/find.ts'
import { normalizeQuery } from '../search-index/query.ts'
import { keptWords } from '../sessions/interrupted-forms.ts'
import { languageOf } from '../text/language.ts'
import { foldName, normalizeText } from '../text/normalize.ts'
import { type Correspondent, findCorrespondent, obstacleWords } from './correspondent-queries.ts'
import { ChoiceQuery, MessageForm, validateMessage } from './forms.ts'
import { type Conversation, inbox, type Message, thread } from './queries.ts'
import { markSeen } from './seen.ts'
import { messageLimit, sendMessage } from './sending-queries.ts'
import { type Thread, threadOf, threadPath } from './thread.ts'

declare module '../http/views.ts' {
  interface Pages {
    'messages/inbox': { conversations: Conversation[]; newer: string | null; older: string | null }
    'messages/thread': {
      other: Correspondent
      thread: Thread
      /** Why there is no composer, as a sentence. */
      obstacle: string | null
      values: { body: string }
      submission: string
      errors: FieldErrors
    }
    'messages/choose': { to: string; people: Person[] }
    'messages/new': { other: Correspondent; thread: Thread }
  }
}

type InboxRequest = MemberRequest<{ Querystring: CursorQuery }>
type PersonRequest = MemberRequest<{ Params: UsernameParams }>
type ThreadRequest = MemberRequest<{ Params: UsernameParams; Querystring: CursorQuery }>
type SendRequest = MemberRequest<{ Params: UsernameParams; Body: MessageForm }>

export default async function messages(app: FastifyInstance) {
  const members = memberRoutes(app)
  const one = { params: UsernameParams }
  members.get('/messages', { schema: { querystring: CursorQuery } }, showInbox)
  members.get('/messages/new', { schema: { querystring: ChoiceQuery } }, choosePerson)
  members.get('/messages/@:username', { schema: { ...one, querystring: CursorQuery } }, showThread)
  members.get('/messages/@:username/new', { schema: { ...one, querystring: CursorQuery } }, showNew)
  members.post('/messages/@:username', { schema: { ...one, body: MessageForm } }, createMessage)
}

async function showInbox(request: InboxRequest, reply: FastifyReply) {
  const cursor = cursorOf(request.query)
  const page = await inbox(request.server.db, request.viewer.id, cursor)
  if (isPastTheEnd(page, cursor)) return reply.redirect('/messages', 303)
  return reply.page('messages/inbox', { conversations: page.rows, ...pageLinks(page, '/messages') })
}

/** Leads to the person whose username was typed, or shows people to choose from: at first those whom one follows. */
async function choosePerson(request: MemberRequest<{ Querystring: ChoiceQuery }>, reply: FastifyReply) {
  const { server, viewer, query } = request
  const to = normalizeQuery(query.to ?? '')
  const person = await findPerson(server.db, to.replace(/^@/, ''))
  if (person && person.id !== viewer.id) return reply.redirect(`${threadPath(person)}#newest`, 303)
  const { rows } = to
    ? await findPeople(server.db, { text: to.replace(/^@/, ''), viewer, cursor: cursorOf({}) })
    : await followList(server.db, { list: 'following', user: viewer.id, viewer, cursor: cursorOf({}) })
  return reply.page('messages/choose', { to, people: rows.filter(({ can }) => can.message) })
}

async function showThread(request: ThreadRequest, reply: FastifyReply) {
  const { params, query, url } = request
  const cursor = cursorOf(query)
  const { other, page } = await conversationOr404(request, cursor)
  if (other.obstacle === 'oneself') return reply.redirect('/messages', 303)
  const path = threadPath(other)
  if (isPastTheEnd(page, cursor)) return reply.redirect(path, 303)
  // A former username redirects to the current one.
  if (foldName(params.username) !== foldName(other.username))
    return reply.redirect(url.replace(/^[^?]*/, path), 303)
  await markSeen(request, { other, page, cursor })
  const { body = '' } = await keptWords(request)
  return sendThread(reply, { other, page, body })
}

/** The fragment of messages newer than the page, for its script. */
async function showNew(request: ThreadRequest, reply: FastifyReply) {
  const cursor = cursorOf(request.query)
  const { other, page } = await conversationOr404(request, cursor)
  await markSeen(request, { other, page, cursor })
  return reply.fragment('messages/new', { other, thread: threadOf(page, other, whenOf(request)) })
}

async function createMessage(request: SendRequest, reply: FastifyReply) {
  const errors = validateMessage(request)
  if (hasFieldErrors(errors)) return refuse(request, reply.code(422), errors)
  const draft = await draftOf(request)
  const { db, rateLimits } = request.server
  const send = (tx: Writer) =>
    sendMessage(tx, draft, new Date(), () => rateLimits.consume(tx, messageLimit, draft.senderId))
  const sent = await db.transaction(send).catch(catchRateLimit)
  if (sent instanceof RateLimitExceeded) return refuse(request, reply, { body: tooManyRequests(reply, sent) })
  if (!sent) throw profileNotFound(request.params)
  if ('message' in sent)
    return reply.flash('messages.sent').redirect(`${threadPath(request.params)}#newest`, 303)
  if (sent.obstacle === 'oneself') throw new Problem(422, obstacleWords.oneself)
  return refuse(request, reply.code(403), {})
}

/** The message to store, with its detected language and the digest of its submission. */
async function draftOf({ viewer, params, body: form, language }: SendRequest) {
  const senderId = viewer.id
  const to = foldName(params.username)
  const body = normalizeText(form.body)
  const submission = form.submission ? `${form.submission} to ${to}` : undefined
  return {
    senderId,
    to,
    body,
    language: await languageOf(body, language),
    submission: submissionDigest(senderId, { body, submission }),
  }
}

/** Shows the thread again, with the typed text and its errors. */
async function refuse(request: SendRequest, reply: FastifyReply, errors: FieldErrors) {
  const { other, page } = await conversationOr404(request, cursorOf({}))
  const { body, submission } = request.body
  return sendThread(reply, { other, page, body, submission, errors })
}

type Shown = { other: Correspondent; page: Page<Message> } & MessageForm & { errors?: FieldErrors }

function sendThread(reply: FastifyReply, { other, page, ...form }: Shown) {
  const { body, submission = newSubmission(), errors = {} } = form
  const { request } = reply
  const { t } = request
  const obstacle = other.obstacle && t(obstacleWords[other.obstacle], { name: other.displayName })
  const shown = {
    other,
    thread: threadOf(page, other, whenOf(request)),
    obstacle,
    values: { body },
    submission,
  }
  return reply.page('messages/thread', { ...shown, errors: obstacle ? { form: obstacle } : errors })
}

function whenOf({ language, timeZone }: FastifyRequest) {
  return formatsFor(language, timeZone).when
}

async function conversationOr404(request: PersonRequest, cursor: Cursor) {
  const { db } = request.server
  const pair = { viewer: request.viewer.id, username: request.params.username }
  const [other, page] = await Promise.all([findCorrespondent(db, pair), thread(db, pair, cursor)])
  if (!other || (other.obstacle === 'closed' && page.rows.length === 0)) throw profileNotFound(request.params)
  return { other, page }
}
