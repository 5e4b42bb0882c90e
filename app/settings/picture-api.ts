import type { FastifyInstance, FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { operation, returns, returnsNothing, returnsProblem } from '../api/schemas.ts'
import { acceptUploads } from '../http/uploads.ts'
import { FileField, nameFiles, takeFile } from '../images/file-api.ts'
import { type MemberRequest, memberRoutes } from '../people/viewer.ts'
import { apiSettingsLimit } from './limit.ts'
import { meOf } from './me.ts'
import { type PictureKind, pictureKinds, replacePicture } from './picture-queries.ts'
import { cropOf, keepPicture } from './pictures.ts'

const PictureBody = Type.Object(
  {
    file: FileField,
    crop: Type.Optional(
      Type.String({
        pattern: String.raw`^(\d{1,2}|100)$`,
        errorKey: 'settings.picture_part_unknown',
        description:
          'Which part is cut out: 0 is at the left or top, 100 at the right or bottom; the middle if left out.',
        examples: ['50'],
      }),
    ),
  },
  { additionalProperties: false },
)
type PictureRequest = MemberRequest<{ Body: Type.Static<typeof PictureBody> }>

const words = {
  avatar: { set: 'setAvatar', remove: 'deleteAvatar', name: 'profile picture', shape: 'a square' },
  banner: { set: 'setBanner', remove: 'deleteBanner', name: 'banner', shape: 'three times as wide as high' },
}

/** Registered in its own scope, because few routes of the API take files. */
export default async function pictureApi(app: FastifyInstance) {
  acceptUploads(app)
  const members = memberRoutes(app)
  for (const kind of pictureKinds) {
    const { set, remove, name, shape } = words[kind]
    const choose = operation('me', set, `Choose your ${name}`, {
      config: { uploads: true },
      body: PictureBody,
      consumes: ['multipart/form-data'],
      response: {
        200: returns('Me'),
        422: returnsProblem('The file is no picture, damaged or too large: the one before stays.'),
      },
      description: `The body is a form (multipart/form-data). The picture is cut to ${shape}.`,
    })
    members.put(`/me/${kind}`, { ...choose, preValidation: nameFiles }, setPicture(kind))
    const clear = operation('me', remove, `Remove your ${name}`, { response: { 204: returnsNothing() } })
    members.delete(`/me/${kind}`, clear, deletePicture(kind))
  }
}

function setPicture(kind: PictureKind) {
  return async (request: PictureRequest, reply: FastifyReply) => {
    const { body, server } = request
    await takeFile(request, keepPicture(request, { kind, crop: cropOf(body.crop) }))
    return reply.resource(await meOf(server.db, request, reply))
  }
}

function deletePicture(kind: PictureKind) {
  return async ({ server, viewer }: MemberRequest, reply: FastifyReply) => {
    await server.db.transaction(async tx => {
      await server.rateLimits.consume(tx, apiSettingsLimit, viewer.id)
      await replacePicture(tx, { userId: viewer.id, kind, stored: null })
    })
    return reply.code(204).send()
  }
}
