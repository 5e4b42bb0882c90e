/** Pictures for the script of the composer, which uploads them while the words are written, and the reminder of their descriptions. */
import type { FastifyInstance, FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { Problem } from '../http/errors.ts'
import { type MemberRequest, memberRoutes } from '../people/viewer.ts'
import { saveSettings } from '../settings/queries.ts'
import { usableImages } from './post-queries.ts'
import type { Image } from './queries.ts'
import { storeUpload } from './uploading.ts'

declare module '../http/views.ts' {
  interface Pages {
    'images/chosen': { images: Image[] }
  }
}

/** `post`: the one that is being edited. */
const ChosenQuery = Type.Object({
  keys: Type.String({ maxLength: 5_000 }),
  post: Type.Optional(Type.Integer()),
})
type ChosenRequest = MemberRequest<{ Querystring: Type.Static<typeof ChosenQuery> }>

const ReminderForm = Type.Object({ reminder: Type.Enum(['on', 'off']) })
type ReminderRequest = MemberRequest<{ Body: Type.Static<typeof ReminderForm> }>

export default async function composerRoutes(app: FastifyInstance) {
  const members = memberRoutes(app)
  members.get('/images/chosen', { schema: { querystring: ChosenQuery } }, showChosen)
  members.post('/images', { config: { uploads: true } }, upload)
  members.post('/settings/pictures', { schema: { body: ReminderForm } }, chooseReminder)
}

/** Those that a draft in the browser names, if they are still there and in no other post. */
async function showChosen({ server, viewer, query }: ChosenRequest, reply: FastifyReply) {
  const { keys, post: postId } = query
  const known = { userId: viewer.id, keys: keys.split(' '), ...(postId !== undefined && { postId }) }
  return reply.fragment('images/chosen', { images: await usableImages(server.db, known) })
}

async function upload(request: MemberRequest, reply: FastifyReply) {
  const [file] = request.uploads
  if (!file) throw new Problem(422, 'images.unknown')
  const stored = await storeUpload(request, file, { purpose: 'post' })
  if (typeof stored !== 'string') return reply.code(201).fragment('images/chosen', { images: [stored] })
  const sentence = request.t('images.of_file', { name: file.name, problem: stored })
  return reply.code(422).type('text/plain; charset=utf-8').send(sentence)
}

async function chooseReminder({ server, viewer, body }: ReminderRequest, reply: FastifyReply) {
  const altReminder = body.reminder === 'on'
  await server.db.transaction(tx => saveSettings(tx, viewer.id, { altReminder }))
  return reply.redirect('/settings/appearance', 303)
}
