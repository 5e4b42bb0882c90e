/** A file in a form that a program sends. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { FieldProblem } from '../api/problems.ts'
import { Problem } from '../http/errors.ts'
import type { Upload } from '../http/uploads.ts'
import type { MemberRequest } from '../people/viewer.ts'
import { requireUpload } from './uploading.ts'

export const FileField = Type.String({
  format: 'binary',
  errorKey: 'images.unknown',
  description: 'A JPEG, PNG, WebP, AVIF or GIF file of at most 10 MB and 40 megapixels.',
})

/**
 * Puts a digest in the place of each file before the body is validated, so that the same Idempotency-Key with another
 * file is another request.
 */
export async function nameFiles({ body, uploads }: FastifyRequest) {
  const fields = Object(body) as Record<string, string>
  delete fields['file']
  for (const upload of uploads) fields[upload.field] = upload.problem ?? (await digestOf(upload))
}

async function digestOf({ path, bytes }: Upload): Promise<string> {
  const hash = createHash('sha256')
  if (bytes > 0) await pipeline(createReadStream(path), hash)
  return hash.digest('base64url')
}

/**
 * Does something with the field `file`, the last if there are several.
 * @throws FieldProblem, RateLimitExceeded, Problem 503
 */
export async function takeFile<T>(request: MemberRequest, take: (path: string) => Promise<T>): Promise<T> {
  const upload = request.uploads.findLast(({ field }) => field === 'file')
  if (!upload) throw new FieldProblem(422, { file: request.t('images.unknown') })
  try {
    return await requireUpload(request, upload, take)
  } catch (error) {
    if (!(error instanceof Problem && error.statusCode === 422 && error.key)) throw error
    throw new FieldProblem(422, { file: request.t(error.key) })
  }
}
