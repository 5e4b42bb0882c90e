import type { FastifyInstance, FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { createOnce } from '../api/idempotency.ts'
import {
  IdempotencyKey,
  ListQuery,
  lists,
  operation,
  returnsCreated,
  returnsNothing,
} from '../api/schemas.ts'
import { cursorOf } from '../database/cursor.ts'
import type { Reader } from '../database/database.ts'
import { Problem } from '../http/errors.ts'
import { UsernameParams } from '../http/params.ts'
import { type MemberRequest, memberRoutes } from '../people/viewer.ts'
import { profileNotFound } from '../profiles/require-profile.ts'
import { languageOf } from '../text/language.ts'
import { foldName, normalizeText } from '../text/normalize.ts'
import { type Correspondent, findCorrespondent, obstacleWords } from './correspondent-queries.ts'
import { validateMessage } from './forms.ts'
import { findMessage, inbox, markMessagesRead, thread } from './queries.ts'
import { messageLimit, sendMessage } from './sending-queries.ts'
import { messagesPath, serializeConversation, serializeMessage } from './serializer.ts'

const MessageBody = Type.Object(
  { body: Type.String({ errorKey: 'messages.blank', examples: ['Tea tomorrow?'] }) },
  { additionalProperties: false },
)
const ReadBody = Type.Object(
  {
    messageId: Type.Integer({
      minimum: 1,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'The last message that was seen.',
      examples: [42],
    }),
  },
  { additionalProperties: false },
)

type InboxRequest = MemberRequest<{ Querystring: ListQuery }>
type OneRequest = MemberRequest<{ Params: UsernameParams }>
type ThreadRequest = MemberRequest<{ Params: UsernameParams; Querystring: ListQuery }>
type SendRequest = MemberRequest<{ Params: UsernameParams; Body: Type.Static<typeof MessageBody> }>
type ReadRequest = MemberRequest<{ Params: UsernameParams; Body: Type.Static<typeof ReadBody> }>

export default async function messagesApi(app: FastifyInstance) {
  const members = memberRoutes(app)
  const inbox = operation('messages', 'listConversations', 'List your conversations', lists('Conversation'))
  const thread = operation('messages', 'listMessages', 'List the messages of a conversation, newest first', {
    params: UsernameParams,
    ...lists('Message'),
  })
  const send = operation('messages', 'sendMessage', 'Send a message', {
    config: { validate: validateMessage },
    headers: IdempotencyKey,
    params: UsernameParams,
    body: MessageBody,
    response: { 201: returnsCreated('Message') },
  })
  const read = operation('messages', 'markConversationRead', 'Mark a conversation as read', {
    params: UsernameParams,
    body: ReadBody,
    response: { 204: returnsNothing() },
  })
  members.get('/conversations', inbox, listConversations)
  members.get('/conversations/:username/messages', thread, listMessages)
  members.post('/conversations/:username/messages', send, createMessage)
  members.put('/conversations/:username/read', read, markConversationRead)
}

async function listConversations({ server, viewer, query }: InboxRequest, reply: FastifyReply) {
  const { id } = viewer
  const page = await inbox(server.db, id, cursorOf(query))
  return reply.list(page, '/api/conversations', row => serializeConversation(row, id, server.config))
}

async function listMessages(request: ThreadRequest, reply: FastifyReply) {
  const { server, query } = request
  const { id, pair } = pairOf(request)
  const [other, page] = await Promise.all([
    correspondentOr404(server.db, request),
    thread(server.db, pair, cursorOf(query)),
  ])
  return reply.list(page, messagesPath(other.username), row => serializeMessage(row, id, server.config))
}

async function createMessage(request: SendRequest, reply: FastifyReply) {
  const { id: senderId, language: own } = request.viewer
  const body = normalizeText(request.body.body)
  const language = await languageOf(body, own)
  const draft = { senderId, to: foldName(request.params.username), body, language, submission: null }
  return createOnce(request, reply, async tx => {
    const consumeLimit = () => request.server.rateLimits.consume(tx, messageLimit, senderId)
    const sent = await sendMessage(tx, draft, new Date(), consumeLimit)
    if (!sent) throw profileNotFound(request.params)
    if ('obstacle' in sent) {
      const { obstacle } = sent
      const status = obstacle === 'oneself' ? 422 : 403
      throw new Problem(status, obstacleWords[obstacle], { name: request.params.username })
    }
    const location = messagesPath(request.params.username)
    return { location, body: serializeMessage(sent.message, senderId, request.server.config) }
  })
}

/** Listing messages does not mark them as read, because a program may only copy them. */
async function markConversationRead(request: ReadRequest, reply: FastifyReply) {
  const { db } = request.server
  const { id: userId, pair } = pairOf(request)
  const until = await findMessage(db, pair, request.body.messageId)
  if (!until) throw new Problem(404, 'messages.message_missing')
  const seen = { userId, conversationId: until.conversationId, until }
  await db.transaction(tx => markMessagesRead(tx, seen, new Date()))
  return reply.code(204).send()
}

function pairOf({ viewer, params }: OneRequest) {
  const { id } = viewer
  return { id, pair: { viewer: id, username: params.username } }
}

async function correspondentOr404(db: Reader, request: OneRequest): Promise<Correspondent> {
  const other = await findCorrespondent(db, pairOf(request).pair)
  if (!other || (other.obstacle === 'closed' && other.conversationId === null))
    throw profileNotFound(request.params)
  return other
}
