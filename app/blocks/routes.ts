import type { FastifyInstance, FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { cursorOf, isPastTheEnd, pageLinks } from '../database/cursor.ts'
import { audiences, messageAudiences } from '../database/schema.ts'
import { CursorQuery } from '../http/cursor-query.ts'
import { UsernameParams } from '../http/params.ts'
import { type MemberRequest, memberRoutes } from '../people/viewer.ts'
import type { Profile } from '../profiles/queries.ts'
import { goBack, requirePerson, requireProfile } from '../profiles/require-profile.ts'
import { NextQuery } from '../sessions/forms.ts'
import { findPrivacySettings, saveSettings } from '../settings/queries.ts'
import { type BlockedPerson, block, listBlocked, unblock } from './queries.ts'

/** One of the settings, of which each has its own form. */
const PrivacyForm = Type.Union([
  Type.Object({ messages_from: Type.Enum([...messageAudiences]) }),
  Type.Object({ quotes_from: Type.Enum([...audiences]) }),
  Type.Object({ last_seen: Type.Enum(['shown', 'hidden']) }),
])
type PrivacyForm = Type.Static<typeof PrivacyForm>

declare module '../http/views.ts' {
  interface Pages {
    'blocks/new': { person: Profile }
    'blocks/privacy': {
      messagesFrom: string
      quotesFrom: string
      lastSeenShown: boolean
      people: BlockedPerson[]
      newer: string | null
      older: string | null
    }
  }
}

type ShowRequest = MemberRequest<{ Params: UsernameParams }>
type WriteRequest = MemberRequest<{ Params: UsernameParams; Body: NextQuery }>
type PrivacyRequest = MemberRequest<{ Querystring: CursorQuery }>

export default async function blocks(app: FastifyInstance) {
  const members = memberRoutes(app)
  const one = { params: UsernameParams }
  members.get('/@:username/block', { schema: one }, confirmBlock)
  members.post('/@:username/block', { schema: { ...one, body: NextQuery } }, createBlock)
  members.post('/@:username/block/delete', { schema: { ...one, body: NextQuery } }, deleteBlock)
  members.get('/settings/privacy', { schema: { querystring: CursorQuery } }, showPrivacy)
  members.post('/settings/privacy', { schema: { body: PrivacyForm } }, savePrivacy)
}

async function confirmBlock(request: ShowRequest, reply: FastifyReply) {
  const { db } = request.server
  await requirePerson(db, request, 'block')
  return reply.page('blocks/new', { person: await requireProfile(db, request, request.viewer) })
}

async function createBlock(request: WriteRequest, reply: FastifyReply) {
  const viewer = request.viewer
  const person = await requirePerson(request.server.db, request, 'block')
  await request.server.db.transaction(tx => block(tx, viewer.id, person.id))
  return goBack(reply, 'blocks.blocked', { ...person, next: request.body.next })
}

async function deleteBlock(request: WriteRequest, reply: FastifyReply) {
  const viewer = request.viewer
  const person = await requirePerson(request.server.db, request, 'block')
  await request.server.db.transaction(tx => unblock(tx, viewer.id, person.id))
  return goBack(reply, 'blocks.unblocked', { ...person, next: request.body.next })
}

async function showPrivacy({ server, viewer, query }: PrivacyRequest, reply: FastifyReply) {
  const { id } = viewer
  const cursor = cursorOf(query)
  const [settings, page] = await Promise.all([
    findPrivacySettings(server.db, id),
    listBlocked(server.db, { viewer: id }, cursor),
  ])
  const path = '/settings/privacy'
  if (isPastTheEnd(page, cursor)) return reply.redirect(path, 303)
  return reply.page('blocks/privacy', { ...settings, people: page.rows, ...pageLinks(page, path) })
}

async function savePrivacy(request: MemberRequest<{ Body: PrivacyForm }>, reply: FastifyReply) {
  const { id } = request.viewer
  const changed = changesOf(request.body)
  await request.server.db.transaction(tx => saveSettings(tx, id, changed))
  return reply.flash('settings.privacy_saved').redirect('/settings/privacy', 303)
}

function changesOf(form: PrivacyForm) {
  if ('last_seen' in form) return { lastSeenShown: form.last_seen === 'shown' }
  return 'quotes_from' in form ? { quotesFrom: form.quotes_from } : { messagesFrom: form.messages_from }
}
