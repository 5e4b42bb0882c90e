/** What may be uploaded, and what is said of what may not. */
import type { UploadProblem } from '../http/uploads.ts'
import type { RateLimit } from '../limits/queries.ts'
import type { LocaleKey } from '../locales/translate.ts'
import type { ImageProblem } from './processing.ts'

/** Of pages and API together. */
export const uploadLimit: RateLimit = { name: 'uploading', burst: 60, every: 20_000 }

/** Why an uploaded file is no picture here, in a sentence that names its limits. */
export const uploadSentences: Record<ImageProblem | UploadProblem, LocaleKey> = {
  unknown: 'images.unknown',
  broken: 'images.broken',
  too_large: 'images.too_large',
  too_many_pixels: 'images.too_many_pixels',
  too_many_frames: 'images.too_many_frames',
  busy: 'images.busy',
  unavailable: 'images.unavailable',
}
