import { Problem } from '../http/errors.ts'
import type { Upload, UploadProblem } from '../http/uploads.ts'
import type { MemberRequest } from '../people/viewer.ts'
import { StorageUnavailable } from '../storage/storage.ts'
import { uploadLimit, uploadSentences } from './forms.ts'
import { type ImageProblem, ImageRefused, type Making } from './processing.ts'
import type { Image } from './queries.ts'
import { storeImage } from './storing.ts'

type Uploaded = Pick<Upload, 'path' | 'problem'>

/**
 * Stores a file that the viewer uploaded for a post, for every form and the API.
 * @throws RateLimitExceeded
 */
export function storeUpload(
  request: MemberRequest,
  upload: Uploaded,
  options: Making & { alt?: string },
): Promise<Image | string> {
  const { server, viewer } = request
  const image = { ...options, userId: viewer.id }
  return takeUpload(request, upload, path => storeImage(server, { ...image, upload: path }))
}

/**
 * Does something with a file that the viewer uploaded; the sentence about what is wrong with it, if it is no picture that
 * can be shown, or cannot be stored now.
 * @throws RateLimitExceeded
 */
export async function takeUpload<T>(
  request: MemberRequest,
  upload: Uploaded,
  take: (path: string) => Promise<T>,
): Promise<T | string> {
  try {
    return await requireUpload(request, upload, take)
  } catch (error) {
    if (error instanceof UploadRefused) return request.t(uploadSentences[error.problem])
    throw error
  }
}

/** What was uploaded is not taken: for what it is, or because the site cannot take it now. */
class UploadRefused extends Problem {
  readonly problem: ImageProblem | UploadProblem
  constructor(problem: ImageProblem | UploadProblem) {
    super(problem === 'busy' || problem === 'unavailable' ? 503 : 422, uploadSentences[problem])
    this.problem = problem
  }
}

/**
 * The same, without words of its own.
 * @throws RateLimitExceeded, Problem 422 or 503
 */
export async function requireUpload<T>(
  { server, viewer, log }: MemberRequest,
  upload: Uploaded,
  take: (path: string) => Promise<T>,
): Promise<T> {
  await server.db.transaction(tx => server.rateLimits.consume(tx, uploadLimit, viewer.id))
  if (upload.problem) throw new UploadRefused(upload.problem)
  try {
    return await take(upload.path)
  } catch (error) {
    if (error instanceof ImageRefused) throw new UploadRefused(error.problem)
    if (!(error instanceof StorageUnavailable)) throw error
    log.error({ err: error }, 'an upload could not be stored')
    throw new UploadRefused('unavailable')
  }
}
