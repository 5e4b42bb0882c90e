/** Choosing one's picture and banner, for the form and the API. */
import { keepFiles, storeFiles } from '../images/storing.ts'
import type { MemberRequest } from '../people/viewer.ts'
import { type PictureKind, replacePicture } from './picture-queries.ts'

/**
 * What makes an uploaded file the viewer's picture. If it is none, the one before stays.
 * @throws ImageRefused, StorageUnavailable
 */
export function keepPicture(
  { server, viewer }: MemberRequest,
  { kind, crop }: { kind: PictureKind; crop: number },
): (path: string) => Promise<void> {
  return async path => {
    const stored = await storeFiles(server.storage, { upload: path, purpose: kind, crop })
    await keepFiles(server.storage, stored, keep =>
      server.db.transaction(async tx => {
        await replacePicture(tx, { userId: viewer.id, kind, stored })
        keep()
      }),
    )
  }
}

/** Where the shape of a picture is cut from what was uploaded: 0 is left or top, 100 right or bottom; the middle by default. */
export function cropOf(sent: string | undefined): number {
  const crop = Number(sent?.trim() || 50)
  return Number.isFinite(crop) ? Math.min(100, Math.max(0, crop)) : 50
}
