import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { createOnce, findStoredAnswer, sendCreated } from '../api/idempotency.ts'
import { IdempotencyKey, operation, returnsCreated, returnsProblem } from '../api/schemas.ts'
import { lengths } from '../database/schema.ts'
import { addFieldErrors, type FieldErrors, fieldErrorsOf } from '../http/forms.ts'
import { acceptUploads } from '../http/uploads.ts'
import { type MemberRequest, memberRoutes } from '../people/viewer.ts'
import { normalizeText } from '../text/normalize.ts'
import { FileField, nameFiles, takeFile } from './file-api.ts'
import { addImage } from './queries.ts'
import { serializeImage } from './serializer.ts'
import { imagePath } from './shown.ts'
import { keepFiles, storeFiles } from './storing.ts'

const MediaBody = Type.Object(
  {
    file: FileField,
    alt: Type.Optional(
      Type.String({ description: `What it shows, in at most ${lengths.alt[1]} characters.` }),
    ),
  },
  { additionalProperties: false },
)
type MediaBody = Type.Static<typeof MediaBody>
type MediaRequest = MemberRequest<{ Body: MediaBody }>

/** Registered in its own scope, because few routes of the API take files. */
export default async function imagesApi(app: FastifyInstance) {
  acceptUploads(app)
  const create = operation('posts', 'uploadImage', 'Upload a picture for a post', {
    config: { uploads: true, validate: validateMedia },
    headers: IdempotencyKey,
    body: MediaBody,
    consumes: ['multipart/form-data'],
    response: {
      201: returnsCreated('Image'),
      422: returnsProblem('The file is no picture, damaged or too large, or another field is wrong.'),
    },
    description:
      'The body is a form (multipart/form-data). Name the key in the images of a post within a day; then it’s deleted. Only you see it until it’s published.',
  })
  memberRoutes(app).post('/media', { ...create, preValidation: nameFiles }, createImage)
}

function validateMedia(request: FastifyRequest<{ Body: MediaBody }>): FieldErrors {
  const [, limit] = lengths.alt
  const over = [...normalizeText(request.body.alt ?? '')].length - limit
  const alt = over > 0 && { key: 'images.alt_too_long' as const, values: { limit, over } }
  return addFieldErrors(request, fieldErrorsOf(request), { alt })
}

async function createImage(request: MediaRequest, reply: FastifyReply) {
  const { server, viewer, body } = request
  const earlier = await findStoredAnswer(server.db, request, viewer.id)
  if (earlier) return sendCreated(reply, earlier)
  const making = { purpose: 'post' } as const
  const stored = await takeFile(request, path => storeFiles(server.storage, { ...making, upload: path }))
  // Of two requests at once with one Idempotency-Key, one writes the row.
  return keepFiles(server.storage, stored, keep =>
    createOnce(request, reply, async tx => {
      const own = { ...making, userId: viewer.id, alt: normalizeText(body.alt ?? '') }
      const image = await addImage(tx, { ...stored, ...own })
      keep()
      return { location: imagePath(image, image.width), body: serializeImage(image, server.config) }
    }),
  )
}
