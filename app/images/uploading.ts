import type { Upload } from '../http/uploads.ts'
import type { MemberRequest } from '../people/viewer.ts'
import { StorageUnavailable } from '../storage/storage.ts'
import { uploadLimit, uploadSentences } from './forms.ts'
import { ImageRefused, type Making } from './processing.ts'
import type { Image } from './queries.ts'
import { storeImage } from './storing.ts'

/**
 * Stores a file that the viewer uploaded, for every form and the API; the sentence about what is wrong with it, if it is
 * no picture that can be shown, or cannot be stored now.
 * @throws RateLimitExceeded
 */
export async function storeUpload(
  { server, viewer, t }: MemberRequest,
  upload: Pick<Upload, 'path' | 'problem'>,
  options: Making & { alt?: string },
): Promise<Image | string> {
  await server.db.transaction(tx => server.rateLimits.consume(tx, uploadLimit, viewer.id))
  if (upload.problem) return t(uploadSentences[upload.problem])
  try {
    return await storeImage(server, { ...options, userId: viewer.id, upload: upload.path })
  } catch (error) {
    if (error instanceof ImageRefused) return t(uploadSentences[error.problem])
    if (error instanceof StorageUnavailable) return t('images.unavailable')
    throw error
  }
}
