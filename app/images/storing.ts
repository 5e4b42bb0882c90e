import type { Database } from '../database/database.ts'
import type { Storage } from '../storage/storage.ts'
import { type Making, makeImage } from './processing.ts'
import { addImage, fileKey, type Image, newImageKey } from './queries.ts'

export type Stores = { db: Database; storage: Storage }
/** `upload`: the path of the file, or its bytes. */
export type NewImage = Making & { userId: number; upload: string | Buffer; alt?: string }

/**
 * Makes the files of an upload, stores them, and then the row that names them: a process that dies in between leaves
 * files without a row, which `media:check` deletes.
 * @throws ImageRefused, StorageUnavailable
 */
export async function storeImage({ db, storage }: Stores, image: NewImage): Promise<Image> {
  const { upload, userId, purpose, crop, alt = '' } = image
  const { files, ...made } = await makeImage(upload, { purpose, ...(crop !== undefined && { crop }) })
  const key = newImageKey()
  for (const { width, data } of files) await storage.put(fileKey(key, width), data)
  const stored = files.map(({ width, height, bytes, sha256 }) => ({ width, height, bytes, sha256 }))
  return db.transaction(tx => {
    tx.invalidates(`viewer:${userId}`)
    return addImage(tx, { ...made, key, userId, purpose, alt, files: stored })
  })
}
