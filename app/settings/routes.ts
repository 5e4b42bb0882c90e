import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Account, findAccount } from '../accounts/queries.ts'
import { Problem, prefersJson } from '../http/errors.ts'
import { type FieldErrors, fieldErrorsOf, hasFieldErrors } from '../http/forms.ts'
import { returnPath } from '../http/return-path.ts'
import { timeZones, toTimeZone } from '../locales/time-zones.ts'
import { canMail } from '../mail/mail.ts'
import { type WrittenField, writtenFields } from '../people/profile-fields.ts'
import { type MemberRequest, memberRoutes } from '../people/viewer.ts'
import { keptWords } from '../sessions/interrupted-forms.ts'
import { LanguageForm, ProfileForm, profileOf, ThemeForm, TimeZoneForm } from './forms.ts'
import { findProfileSettings, saveSettings } from './queries.ts'

declare module '../http/views.ts' {
  interface Pages {
    'settings/index': object
    'settings/profile': { fields: WrittenField[]; values: ProfileForm; errors: FieldErrors }
    'settings/account': {
      account: Pick<Account, 'username' | 'email' | 'emailConfirmedAt'>
      canMail: boolean
    }
    'settings/appearance': { timeZones: string[] }
  }
}

export default async function settings(app: FastifyInstance) {
  const members = memberRoutes(app)
  const open = { config: { public: true } }
  members.get('/settings', showSettings)
  members.get('/settings/profile', showProfile)
  members.post('/settings/profile', { schema: { body: ProfileForm }, attachValidation: true }, saveProfile)
  members.get('/settings/account', showAccount)
  members.get('/settings/appearance', showAppearance)
  app.post('/settings/language', { ...open, schema: { body: LanguageForm } }, chooseLanguage)
  app.post('/settings/theme', { ...open, schema: { body: ThemeForm } }, chooseTheme)
  app.post('/settings/time-zone', { ...open, schema: { body: TimeZoneForm } }, chooseTimeZone)
}

/** The list of the settings, and what everybody looks for first. */
async function showSettings(_request: FastifyRequest, reply: FastifyReply) {
  return reply.page('settings/index', {})
}

async function showProfile(request: MemberRequest, reply: FastifyReply) {
  const stored = await findProfileSettings(request.server.db, request.viewer.id)
  if (!stored) throw new Problem(401)
  const values = { ...stored, ...(await keptWords(request)) }
  return reply.page('settings/profile', { fields: writtenFields, values, errors: {} })
}

async function saveProfile(request: MemberRequest<{ Body: ProfileForm }>, reply: FastifyReply) {
  const errors = fieldErrorsOf(request)
  if (hasFieldErrors(errors))
    return reply.code(422).page('settings/profile', { fields: writtenFields, values: request.body, errors })
  const { id, username } = request.viewer
  await request.server.db.transaction(tx => saveSettings(tx, id, profileOf(request.body, username)))
  return reply.flash('accounts.profile_saved').redirect(`/@${username}`, 303)
}

async function showAccount({ server, viewer }: MemberRequest, reply: FastifyReply) {
  const account = await findAccount(server.db, viewer.id)
  if (!account) throw new Problem(401)
  return reply.page('settings/account', { account, canMail: canMail(server.config) })
}

async function showAppearance(_request: FastifyRequest, reply: FastifyReply) {
  return reply.page('settings/appearance', { timeZones })
}

async function chooseLanguage(request: FastifyRequest<{ Body: LanguageForm }>, reply: FastifyReply) {
  const { language, next } = request.body
  await saveChoice(request, reply, { name: 'language', value: language })
  return reply.redirect(returnPath(next), 303)
}

async function chooseTheme(request: FastifyRequest<{ Body: ThemeForm }>, reply: FastifyReply) {
  const { theme, next } = request.body
  await saveChoice(request, reply, { name: 'theme', value: theme })
  return reply.redirect(returnPath(next), 303)
}

/** An empty choice is the browser's zone, which the next page asks for. A script gets no page. */
async function chooseTimeZone(request: FastifyRequest<{ Body: TimeZoneForm }>, reply: FastifyReply) {
  const { timeZone: given, next } = request.body
  const value = toTimeZone(given)
  if (given !== '' && value === null) throw new Problem(422, 'settings.time_zone_unknown')
  await saveChoice(request, reply, { name: 'timeZone', value })
  return prefersJson(request) ? reply.code(204).send() : reply.redirect(returnPath(next), 303)
}

const aYear = 31_536_000

const cookies = { language: 'language', theme: 'theme', timeZone: 'time_zone' } as const

/** Stores the choice in the account and in a cookie, for the time after signing out. */
async function saveChoice(
  { viewer, server }: FastifyRequest,
  reply: FastifyReply,
  { name, value }: { name: keyof typeof cookies; value: string | null },
): Promise<void> {
  if (viewer) await server.db.transaction(tx => saveSettings(tx, viewer.id, { [name]: value }))
  const cookie = cookies[name]
  if (value === null) void reply.clearSiteCookie(cookie)
  else void reply.setSiteCookie(cookie, value, aYear)
}
