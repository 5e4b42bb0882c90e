import type { MediaConfig } from '../config/media-url.ts'
import { openBucket } from './bucket.ts'
import { openFolder } from './folder.ts'
import type { Storage } from './storage.ts'

/** Opens the storage that MEDIA_URL names; a folder is made with the first file. */
export function openStorage(media: MediaConfig): Storage {
  return media.kind === 'folder' ? openFolder(media.path) : openBucket(media)
}
