import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { CursorQuery, cursorOf, isPastTheEnd, pageLinks } from '../database/cursor.ts'
import { Problem } from '../http/errors.ts'
import { ProfileParams } from '../profiles/forms.ts'
import { redirectBack, requirePerson } from '../profiles/require-profile.ts'
import { NextQuery } from '../sessions/forms.ts'
import type { Viewer } from '../sessions/queries.ts'
import { findMessagesFrom, saveSettings } from '../settings/queries.ts'
import { PrivacyForm } from './forms.ts'
import { type BlockedPerson, block, listBlocked, unblock } from './queries.ts'

type Person = { id: number; username: string; displayName: string }

declare module '../http/views.ts' {
  interface Pages {
    'blocks/new': { person: Person }
    'blocks/privacy': {
      messagesFrom: string
      people: BlockedPerson[]
      newer: string | null
      older: string | null
    }
  }
}

type ShowRequest = FastifyRequest<{ Params: ProfileParams }>
type WriteRequest = FastifyRequest<{ Params: ProfileParams; Body: NextQuery }>
type PrivacyRequest = FastifyRequest<{ Querystring: CursorQuery }>

export default async function blocks(app: FastifyInstance) {
  const one = { params: ProfileParams }
  app.get('/@:username/block', { schema: one }, confirmBlock)
  app.post('/@:username/block', { schema: { ...one, body: NextQuery } }, createBlock)
  app.post('/@:username/block/delete', { schema: { ...one, body: NextQuery } }, deleteBlock)
  app.get('/settings/privacy', { schema: { querystring: CursorQuery } }, showPrivacy)
  app.post('/settings/privacy', { schema: { body: PrivacyForm } }, savePrivacy)
}

async function confirmBlock(request: ShowRequest, reply: FastifyReply) {
  return reply.page('blocks/new', { person: await somebodyElse(request) })
}

async function createBlock(request: WriteRequest, reply: FastifyReply) {
  const viewer = request.viewer as Viewer
  const person = await somebodyElse(request)
  await request.server.db.transaction(tx => block(tx, viewer.id, person.id))
  return reply
    .flash('blocks.blocked', { name: person.displayName })
    .redirect(redirectBack(request.body, person), 303)
}

async function deleteBlock(request: WriteRequest, reply: FastifyReply) {
  const viewer = request.viewer as Viewer
  const person = await somebodyElse(request)
  await request.server.db.transaction(tx => unblock(tx, viewer.id, person.id))
  return reply
    .flash('blocks.unblocked', { name: person.displayName })
    .redirect(redirectBack(request.body, person), 303)
}

async function showPrivacy({ server, viewer, query }: PrivacyRequest, reply: FastifyReply) {
  const { id } = viewer as Viewer
  const cursor = cursorOf(query)
  const [messagesFrom, page] = await Promise.all([
    findMessagesFrom(server.db, id),
    listBlocked(server.db, id, cursor),
  ])
  const path = '/settings/privacy'
  if (isPastTheEnd(page, cursor)) return reply.redirect(path, 303)
  return reply.page('blocks/privacy', { messagesFrom, people: page.rows, ...pageLinks(page, path) })
}

async function savePrivacy(request: FastifyRequest<{ Body: PrivacyForm }>, reply: FastifyReply) {
  const { id } = request.viewer as Viewer
  const messagesFrom = request.body.messages_from
  await request.server.db.transaction(tx => saveSettings(tx, id, { messagesFrom }))
  return reply.flash('settings.privacy_saved').redirect('/settings/privacy', 303)
}

/** Whoever the address names. */
async function somebodyElse(request: ShowRequest): Promise<Person> {
  const person = await requirePerson(request.server.db, request)
  if (person.id === request.viewer?.id) throw new Problem(422, 'blocks.oneself')
  return person
}
