import type { MediaConfig } from '../config/media-url.ts'
import { UserError } from '../config/user-error.ts'
import { openBucket } from './bucket.ts'
import { openFolder } from './folder.ts'
import { type Storage, StorageUnavailable, withCheckedKeys } from './storage.ts'

/** Opens the storage that MEDIA_URL names. */
export function openStorage(media: MediaConfig): Storage {
  return withCheckedKeys(media.kind === 'folder' ? openFolder(media.path) : openBucket(media))
}

/**
 * Makes the storage ready before the first request. A site whose bucket is away starts all the same, and logs it.
 * @throws UserError if the folder cannot be written
 */
export async function prepareStorage(
  storage: Storage,
  media: MediaConfig,
  log: { warn(details: object, message: string): void },
): Promise<void> {
  const prepared = storage.prepare()
  if (media.kind === 'bucket')
    return void prepared.catch(err => log.warn({ err }, 'pictures can be neither stored nor shown'))
  await prepared.catch(error => {
    if (!(error instanceof StorageUnavailable)) throw error
    throw new UserError(`${error.message}: check MEDIA_URL, and who may write there`)
  })
}
