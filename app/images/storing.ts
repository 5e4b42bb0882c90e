import type { Database } from '../database/database.ts'
import { isUnavailable } from '../database/errors.ts'
import type { Storage } from '../storage/storage.ts'
import { makeImage } from './making.ts'
import type { Making } from './processing.ts'
import { addImage, fileKey, type Image, newImageKey } from './queries.ts'

export type Stores = { db: Database; storage: Storage }
/** `upload`: the path of the file, or its bytes. */
export type NewImage = Making & { userId: number; upload: string | Buffer; alt?: string }

/** What a row says of an image, besides whose it is. */
export type StoredFiles = Pick<Image, 'key' | 'width' | 'height' | 'animated' | 'placeholder' | 'files'>

/**
 * Makes the files of an upload and stores them.
 * @throws ImageRefused, StorageUnavailable
 */
export async function storeFiles(
  storage: Storage,
  { upload, ...making }: Making & { upload: string | Buffer },
): Promise<StoredFiles> {
  const { files, ...made } = await makeImage(upload, making)
  const key = newImageKey()
  await putAll(
    storage,
    files.map(({ width, data }) => ({ key: fileKey(key, width), data })),
  )
  return {
    ...made,
    key,
    files: files.map(({ width, height, bytes, sha256 }) => ({ width, height, bytes, sha256 })),
  }
}

/**
 * Makes the files of an upload, stores them, and then the row that names them: a process that dies in between leaves
 * files without a row, which `media:check` deletes.
 * @throws ImageRefused, StorageUnavailable
 */
export async function storeImage({ db, storage }: Stores, image: NewImage): Promise<Image> {
  const { userId, alt = '', ...making } = image
  const stored = await storeFiles(storage, making)
  return keepFiles(storage, stored, keep =>
    db.transaction(async tx => {
      const added = await addImage(tx, { ...stored, userId, alt, purpose: making.purpose })
      keep()
      return added
    }),
  )
}

/** Runs what writes the row that names stored files. Unless it calls `keep`, or if it fails, the files are deleted. */
export async function keepFiles<T>(
  storage: Storage,
  { key, files }: StoredFiles,
  work: (keep: () => void) => Promise<T>,
): Promise<T> {
  let isKept = false
  try {
    return await work(() => (isKept = true))
  } catch (error) {
    // What could not be reached may have stored the row, which is worth more than files too many.
    isKept = isUnavailable(error)
    throw error
  } finally {
    if (!isKept) void storage.delete(files.map(({ width }) => fileKey(key, width))).catch(() => {})
  }
}

/** Stores all of the files, or none as far as the storage answers. */
async function putAll(storage: Storage, files: { key: string; data: Buffer }[]): Promise<void> {
  try {
    for (const { key, data } of files) await storage.put(key, data)
  } catch (error) {
    // The answer does not wait for it; what stays is deleted by `media:check`.
    void storage.delete(files.map(({ key }) => key)).catch(() => {})
    throw error
  }
}
