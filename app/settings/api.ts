import type { FastifyInstance, FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { requireUnchanged } from '../api/conditions.ts'
import { fieldOf, IfMatch, operation, returns } from '../api/schemas.ts'
import { homeReplyChoices } from '../database/schema.ts'
import { addFieldErrors, fieldErrorsOf } from '../http/forms.ts'
import { toTimeZone } from '../locales/time-zones.ts'
import { languages } from '../locales/translate.ts'
import { ofWrittenFields } from '../people/profile-fields.ts'
import { type MemberRequest, memberRoutes } from '../people/viewer.ts'
import { ProfileForm, profileOf } from './forms.ts'
import { apiSettingsLimit } from './limit.ts'
import { meOf } from './me.ts'
import pictures from './picture-api.ts'
import { saveSettings } from './queries.ts'

const codes = languages.map(({ code }) => code)
const MeBody = Type.Object(
  {
    ...ofWrittenFields(({ name, reference }) =>
      Type.Optional(fieldOf(ProfileForm.properties[name], reference)),
    ),
    language: Type.Optional(
      Type.Enum(codes, {
        errorKey: 'api.language_unknown',
        description: 'The language of your pages and emails.',
      }),
    ),
    timeZone: Type.Optional(
      Type.String({
        description: 'The zone of the times on your pages (IANA).',
        examples: ['Europe/Madrid'],
      }),
    ),
    homeReplies: Type.Optional(
      Type.Enum([...homeReplyChoices], {
        errorKey: 'settings.home_unknown',
        description: 'Which replies are in your Home.',
      }),
    ),
    homeReposts: Type.Optional(Type.Boolean({ description: 'Whether reposts are in your Home.' })),
  },
  { additionalProperties: false },
)
type MeBody = Type.Static<typeof MeBody>

export default async function meApi(app: FastifyInstance) {
  app.register(pictures)
  const members = memberRoutes(app)
  const update = {
    config: { validate: validateMe },
    headers: IfMatch,
    body: MeBody,
    response: { 200: returns('Me') },
  }
  members.get(
    '/me',
    operation('me', 'getMe', 'Show your account', { response: { 200: returns('Me') } }),
    showMe,
  )
  members.patch('/me', operation('me', 'updateMe', 'Change your profile or settings', update), updateMe)
}

function validateMe(request: MemberRequest<{ Body: MeBody }>) {
  const { timeZone } = request.body
  const isUnknown = timeZone !== undefined && toTimeZone(timeZone) === null
  return addFieldErrors(request, fieldErrorsOf(request), {
    timeZone: isUnknown && 'settings.time_zone_unknown',
  })
}

async function showMe(request: MemberRequest, reply: FastifyReply) {
  return reply.resource(await meOf(request.server.db, request, reply))
}

async function updateMe(request: MemberRequest<{ Body: MeBody }>, reply: FastifyReply) {
  const { id, username } = request.viewer
  const { language, timeZone, homeReplies, homeReposts, ...profile } = request.body
  const changed = {
    ...profileOf(profile, username),
    ...(language !== undefined && { language }),
    ...(homeReplies !== undefined && { homeReplies }),
    ...(homeReposts !== undefined && { homeReposts }),
    ...(timeZone !== undefined && { timeZone: toTimeZone(timeZone) }),
  }
  const me = await request.server.db.transaction(async tx => {
    requireUnchanged(request, await meOf(tx, request, reply))
    await request.server.rateLimits.consume(tx, apiSettingsLimit, id)
    if (Object.keys(changed).length > 0) await saveSettings(tx, id, changed)
    return meOf(tx, request, reply)
  })
  return reply.resource(me)
}
