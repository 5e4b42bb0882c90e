import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Account, findAccount } from '../accounts/queries.ts'
import { Problem, prefersJson } from '../http/errors.ts'
import { type FieldErrors, fieldErrorsOf, hasFieldErrors } from '../http/forms.ts'
import { returnPath } from '../http/return-path.ts'
import { takeUpload } from '../images/uploading.ts'
import { timeZones, toTimeZone } from '../locales/time-zones.ts'
import { canMail } from '../mail/mail.ts'
import { type WrittenField, writtenFields } from '../people/profile-fields.ts'
import { type MemberRequest, memberRoutes } from '../people/viewer.ts'
import { keptWords } from '../sessions/interrupted-forms.ts'
import {
  LanguageForm,
  type ProfileForm,
  ProfilePageForm,
  profileOf,
  ThemeForm,
  TimeZoneForm,
} from './forms.ts'
import { type PictureKind, pictureKinds, replacePicture } from './picture-queries.ts'
import { cropOf, keepPicture } from './pictures.ts'
import { findProfileSettings, saveSettings } from './queries.ts'

declare module '../http/views.ts' {
  interface Pages {
    'settings/index': object
    'settings/profile': {
      fields: WrittenField[]
      values: ProfileForm
      pictures: Record<PictureKind, string | null>
      errors: FieldErrors
    }
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
  const save = { config: { uploads: true }, schema: { body: ProfilePageForm }, attachValidation: true }
  members.post('/settings/profile', save, saveProfile)
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
  return replyWithProfile(request, reply, { sent: await keptWords(request), errors: {} })
}

async function replyWithProfile(
  { server, viewer }: MemberRequest,
  reply: FastifyReply,
  { sent, errors }: { sent: Partial<ProfileForm>; errors: FieldErrors },
) {
  const stored = await findProfileSettings(server.db, viewer.id)
  if (!stored) throw new Problem(401)
  const { avatar, banner, ...values } = stored
  // The picture may be newer than the session that was read for this request.
  viewer.avatar = avatar
  const locals = {
    fields: writtenFields,
    values: { ...values, ...sent },
    pictures: { avatar, banner },
    errors,
  }
  return reply.page('settings/profile', locals)
}

/** What is fine of pictures is stored even if a text is not, because a browser does not send the file again by itself. */
async function saveProfile(request: MemberRequest<{ Body: ProfilePageForm }>, reply: FastifyReply) {
  const { viewer, server, body } = request
  const errors = { ...fieldErrorsOf(request), ...(await savePictures(request)) }
  if (hasFieldErrors(errors)) return replyWithProfile(request, reply.code(422), { sent: body, errors })
  await server.db.transaction(tx => saveSettings(tx, viewer.id, profileOf(body, viewer.username)))
  return reply.flash('accounts.profile_saved').redirect(`/@${viewer.username}`, 303)
}

async function savePictures(request: MemberRequest<{ Body: ProfilePageForm }>): Promise<FieldErrors> {
  const { viewer, server, body, uploads } = request
  const errors: FieldErrors = {}
  for (const kind of pictureKinds) {
    const upload = uploads.findLast(({ field }) => field === kind)
    const { crop, isRemoved } = choicesOf(body)[kind]
    const problem =
      upload && (await takeUpload(request, upload, keepPicture(request, { kind, crop: cropOf(crop) })))
    if (problem) errors[kind] = problem
    else if (isRemoved && !upload)
      await server.db.transaction(tx => replacePicture(tx, { userId: viewer.id, kind, stored: null }))
  }
  return errors
}

function choicesOf({ avatarCrop, bannerCrop, removeAvatar, removeBanner }: ProfilePageForm) {
  return {
    avatar: { crop: avatarCrop, isRemoved: Boolean(removeAvatar) },
    banner: { crop: bannerCrop, isRemoved: Boolean(removeBanner) },
  }
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
