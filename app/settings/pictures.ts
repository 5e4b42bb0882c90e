/** Choosing one's picture and banner, for the form and the API. */
import type { Upload } from '../http/uploads.ts'
import { storeFiles } from '../images/storing.ts'
import { takeUpload } from '../images/uploading.ts'
import type { MemberRequest } from '../people/viewer.ts'
import { type PictureKind, replacePicture } from './picture-queries.ts'

type Choice = { kind: PictureKind; upload: Pick<Upload, 'path' | 'problem'>; crop: number }

/**
 * Makes an uploaded file the viewer's picture, or returns a sentence about what is wrong with it: then the one before stays.
 * @throws RateLimitExceeded
 */
export async function choosePicture(
  request: MemberRequest,
  { kind, upload, crop }: Choice,
): Promise<string | null> {
  const { db, storage } = request.server
  const { id: userId } = request.viewer
  return takeUpload(request, upload, async path => {
    const stored = await storeFiles(storage, { upload: path, purpose: kind, crop })
    await db.transaction(tx => replacePicture(tx, { userId, kind, stored }))
    return null
  })
}

/** Where the shape of a picture is cut from what was uploaded: 0 is left or top, 100 right or bottom; the middle by default. */
export function cropOf(sent: string | undefined): number {
  const crop = Number(sent?.trim() || 50)
  return Number.isFinite(crop) ? Math.min(100, Math.max(0, crop)) : 50
}
