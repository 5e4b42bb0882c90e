/** Pictures of a site's export: made again like uploads, because the file alone says that they are harmless. */
import type { Writer } from '../../database/database.ts'
import { ImageRefused } from '../../images/processing.ts'
import { addImage } from '../../images/queries.ts'
import { storeFiles } from '../../images/storing.ts'
import type { Storage } from '../../storage/storage.ts'
import { foldName } from '../../text/normalize.ts'
import {
  authorOf,
  closeGaps,
  countImage,
  imageOfPost,
  profileImage,
  setProfileImage,
} from './picture-queries.ts'
import { findByNames } from './queries.ts'
import { indexPictured } from './reply-queries.ts'
import { type Entry, type ImageRow, type Outcome, parseTimestamp } from './site-format.ts'

/** Whose picture it is, and where it stands; `found` is the description of the one that stands there already. */
type Place = { userId: number; found: string | undefined; name: string }

/** A storage that knows what was put there, so that an import which fails leaves no files behind. */
export class ImportStorage {
  readonly storage: Storage
  private added: string[] = []

  constructor(storage: Storage) {
    const put: Storage['put'] = async (key, bytes) => {
      this.added.push(key)
      await storage.put(key, bytes)
    }
    this.storage = { ...storage, put }
  }

  /** The rows that name the files are there to stay. */
  keep(): void {
    this.added = []
  }

  async undo(): Promise<void> {
    const keys = this.added.splice(0)
    for (let at = 0; at < keys.length; at += 500) await this.storage.delete(keys.slice(at, at + 500))
  }
}

/** Adds the pictures of posts and profiles that have none in their place yet, one at a time. */
export class ImageImport {
  private readonly storage: Storage
  private readonly written = new Set<string>()
  private readonly posts = new Set<number>()

  constructor(storage: Storage) {
    this.storage = storage
  }

  async write(tx: Writer, entries: Entry<ImageRow>[], now: Date): Promise<Outcome> {
    const outcome: Outcome = { created: 0, present: 0, conflicts: [] }
    for (const { place, row } of entries) {
      const done = await this.writeOne(tx, row, now)
      if (done === 'created') outcome.created += 1
      else if (done === 'present') outcome.present += 1
      else outcome.conflicts.push(`${place}: ${done.conflict}`)
    }
    return outcome
  }

  private async writeOne(
    tx: Writer,
    row: ImageRow,
    now: Date,
  ): Promise<'created' | 'present' | { conflict: string }> {
    const { purpose = 'post', post_id: postId = null, position = 1, alt = '' } = row
    const where = await placeOf(tx, row)
    if ('conflict' in where) return where
    const { userId, found, name } = where
    if (this.written.has(name) || (found !== undefined && found !== alt))
      return { conflict: `${name} is another picture already` }
    this.written.add(name)
    if (found !== undefined) return 'present'
    const upload = Buffer.from(row.data, 'base64')
    const stored = await storeFiles(this.storage, { upload, purpose }).catch(refusal)
    if (stored instanceof ImageRefused) {
      this.written.delete(name)
      return { conflict: whyRefused(stored) }
    }
    const createdAt = row.created_at ? parseTimestamp(row.created_at) : now
    await addImage(tx, { ...stored, userId, purpose, postId, position, alt, createdAt })
    if (purpose !== 'post') await setProfileImage(tx, { userId, purpose, key: stored.key })
    else if (postId) {
      await countImage(tx, postId)
      this.posts.add(postId)
    }
    return 'created'
  }

  /** Pictures of a post are numbered from 1 on: some of the file may have been refused. A search finds posts by them. */
  async finish(tx: Writer): Promise<void> {
    const ids = [...this.posts]
    for (let at = 0; at < ids.length; at += 500) {
      await closeGaps(tx, ids.slice(at, at + 500))
      await indexPictured(tx, ids.slice(at, at + 500))
    }
  }
}

async function placeOf(tx: Writer, row: ImageRow): Promise<Place | { conflict: string }> {
  const { purpose = 'post', post_id = 0, position = 1, username = '' } = row
  if (purpose === 'post') {
    const author = await authorOf(tx, post_id)
    if (author === undefined) return { conflict: `there is no post ${post_id}` }
    const found = await imageOfPost(tx, post_id, position)
    return { userId: author, found, name: `position ${position} of post ${post_id}` }
  }
  const user = (await findByNames(tx, [foldName(username)])).get(foldName(username))
  if (!user) return { conflict: `there is no user ${username}` }
  const found = await profileImage(tx, user.id, purpose)
  return { userId: user.id, found, name: `the ${purpose} of ${username}` }
}

function refusal(error: unknown): ImageRefused {
  if (error instanceof ImageRefused) return error
  throw error
}

function whyRefused({ problem }: ImageRefused): string {
  const reasons: Partial<Record<typeof problem, string>> = {
    unknown: 'is no picture that can be shown here: JPEG, PNG, WebP, AVIF and GIF can',
    too_many_pixels: 'is a picture of too many pixels',
    too_many_frames: 'is a moving picture of too many frames',
  }
  return `data ${reasons[problem] ?? 'is a damaged picture'}`
}
