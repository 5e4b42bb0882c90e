import type { Upload } from '../http/uploads.ts'
import type { MemberRequest } from '../people/viewer.ts'
import { StorageUnavailable } from '../storage/storage.ts'
import { uploadLimit, uploadSentences } from './forms.ts'
import { ImageRefused, type Making } from './processing.ts'
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
  { server, viewer, t }: MemberRequest,
  upload: Uploaded,
  take: (path: string) => Promise<T>,
): Promise<T | string> {
  await server.db.transaction(tx => server.rateLimits.consume(tx, uploadLimit, viewer.id))
  if (upload.problem) return t(uploadSentences[upload.problem])
  try {
    return await take(upload.path)
  } catch (error) {
    if (error instanceof ImageRefused) return t(uploadSentences[error.problem])
    if (error instanceof StorageUnavailable) return t('images.unavailable')
    throw error
  }
}
