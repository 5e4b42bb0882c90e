/**
 * Compares the rows of images with the files of the storage, and mends what does not match. Rows and files are read a
 * few hundred at a time, however many there are, while the site runs.
 */
import { UserError } from '../../config/user-error.ts'
import type { Database } from '../../database/database.ts'
import {
  type CheckedImage,
  facelessProfiles,
  forgetFace,
  hasImage,
  miscountedPosts,
  newestImages,
  nextImages,
  recountImages,
  removeBrokenImage,
  unusedFaces,
  widthsOf,
} from '../../images/check-queries.ts'
import { fileKey } from '../../images/queries.ts'
import type { Storage, StoredFile } from '../../storage/storage.ts'
import { sha256Of } from '../transfer/pictures.ts'

export type MediaCheck = {
  db: Database
  storage: Storage
  /** Or else it only says what it finds. */
  mends: boolean
  /** Reads the files and compares their digests, or else their sizes alone. */
  reads: boolean
  /** Milliseconds after which an upload is no longer under way. */
  settledAfter: number
  /** Goes on although most does not match. */
  isSure: boolean
  onProgress(done: number): void
}

/** Each thing that does not match, in words, once it is mended. */
export async function* mismatches(check: MediaCheck): AsyncGenerator<string> {
  if (!check.isSure) await assertSamePlace(check)
  yield* filesWithoutImage(check)
  yield* imagesWithoutFiles(check)
  yield* facesOfNobody(check)
  yield* profilesWithoutFace(check)
  yield* wrongCounts(check)
}

const pageSize = 500
const atOnce = 8
const day = 86_400_000

/** Of an image or of an upload that was cut short; other files of the storage are left alone. */
const ownKey = /^([0-9a-f]{32})\/[a-z0-9.-]+$/

/** So few may be lost by an accident. */
const fewImages = 10
const fewFiles = 50

/**
 * With a MEDIA_URL or DATABASE_URL of another site, everything would be deleted.
 * @throws UserError if most of the newest images have no files, or most files no image
 */
async function assertSamePlace(check: MediaCheck): Promise<void> {
  const newest = await newestImages(check.db, 100)
  const bare = (await problemsOf({ ...check, reads: false }, newest)).length
  if (bare >= fewImages && bare * 2 > newest.length)
    throw unlike(`${bare} of the ${newest.length} newest pictures have no files as they were made`)
  const files = await firstFiles(check)
  const strange = (await withoutImage(check, files)).length
  if (strange >= fewFiles && strange * 2 > files.length)
    throw unlike(`${strange} of the ${files.length} files that were looked at first belong to no picture`)
}

function unlike(what: string): UserError {
  return new UserError(
    `${what}: are MEDIA_URL and DATABASE_URL of the same site? Nothing was changed; --yes goes on all the same`,
  )
}

async function firstFiles({ storage }: MediaCheck): Promise<StoredFile[]> {
  const files: StoredFile[] = []
  for await (const file of storage.list()) if (files.push(file) === pageSize) break
  return files
}

/** Those of the files that no row names, and that no upload under way may be about to name. */
async function withoutImage({ db, settledAfter }: MediaCheck, files: StoredFile[]): Promise<string[]> {
  const keyOf = (file: StoredFile) => ownKey.exec(file.key)?.[1]
  const widths = await widthsOf(db, [...new Set(files.flatMap(file => keyOf(file) ?? []))])
  return files.flatMap(file => {
    const key = keyOf(file)
    const isNamed = key && widths.get(key)?.some(width => fileKey(key, width) === file.key)
    return !key || isNamed || file.age < settledAfter ? [] : file.key
  })
}

async function* filesWithoutImage(check: MediaCheck): AsyncGenerator<string> {
  const { storage, mends } = check
  async function* mend(files: StoredFile[]) {
    const keys = await withoutImage(check, files)
    if (mends) await storage.delete(keys)
    for (const key of keys) yield `${key} belongs to no picture: ${cure(check, 'deleted')}`
  }
  let page: StoredFile[] = []
  for await (const file of storage.list())
    if (page.push(file) === pageSize) {
      yield* mend(page)
      page = []
    }
  yield* mend(page)
}

async function* imagesWithoutFiles(check: MediaCheck): AsyncGenerator<string> {
  const { db, mends } = check
  let done = 0
  for await (const page of pagesOf(after => nextImages(db, after, pageSize))) {
    for (const { image, problem } of await problemsOf(check, page)) {
      // One that was deleted while its files were read is in order.
      const isLost = mends ? await remove(check, image) : await hasImage(db, image.id)
      if (isLost) yield `${nameOf(image)} ${problem}: ${cure(check, 'removed')}`
    }
    check.onProgress((done += page.length))
  }
}

/** False if it is removed already. Its files go at once: no worker may run. */
async function remove({ db, storage }: MediaCheck, image: CheckedImage): Promise<boolean> {
  const isRemoved = await db.transaction(tx => removeBrokenImage(tx, image))
  if (isRemoved) await storage.delete(image.files.map(({ width }) => fileKey(image.key, width)))
  return isRemoved
}

async function problemsOf(check: MediaCheck, images: CheckedImage[]) {
  const found: { image: CheckedImage; problem: string }[] = []
  for (let at = 0; at < images.length; at += atOnce)
    await Promise.all(
      images.slice(at, at + atOnce).map(async image => {
        const problem = await problemOf(check, image)
        if (problem) found.push({ image, problem })
      }),
    )
  return found
}

async function problemOf(
  { storage, reads }: MediaCheck,
  { key, files }: CheckedImage,
): Promise<string | null> {
  const sizes = new Map<string, number>()
  if (!reads) for await (const file of storage.list(`${key}/`)) sizes.set(file.key, file.bytes)
  for (const { width, bytes, sha256 } of files) {
    const name = fileKey(key, width)
    const found = reads ? await storage.get(name) : null
    const size = found?.length ?? sizes.get(name)
    if (size === undefined) return `has lost ${name}`
    if (size !== bytes || (found && sha256Of(found) !== sha256)) return `has ${name}, but not as it was made`
  }
  return null
}

async function* facesOfNobody(check: MediaCheck): AsyncGenerator<string> {
  const { db, mends } = check
  const before = new Date(Date.now() - day)
  for await (const page of pagesOf(after => unusedFaces(db, { after, before }, pageSize)))
    for (const image of page) {
      if (mends) await remove(check, image)
      yield `${nameOf(image)} is shown by no profile: ${cure(check, 'deleted')}`
    }
}

async function* profilesWithoutFace(check: MediaCheck): AsyncGenerator<string> {
  const { db, mends } = check
  for await (const page of pagesOf(after => facelessProfiles(db, after, pageSize)))
    for (const { id, username, lostAvatar, lostBanner } of page) {
      const lost = [lostAvatar, lostBanner].filter(key => key !== null)
      if (mends)
        await db.transaction(async tx => {
          for (const key of lost) await forgetFace(tx, id, key)
        })
      const what = lostAvatar && lostBanner ? 'picture and banner' : lostAvatar ? 'picture' : 'banner'
      yield `@${username} has a ${what} that is no image: ${cure(check, 'cleared')}`
    }
}

async function* wrongCounts(check: MediaCheck): AsyncGenerator<string> {
  const { db, mends } = check
  for (let after: number | null = 0; after !== null; ) {
    const { last, wrong } = await miscountedPosts(db, after, 2_000)
    for (const { id, counted, found } of wrong) {
      if (mends) await db.transaction(tx => recountImages(tx, id))
      const what =
        counted === found ? 'numbers its pictures with gaps' : `counts ${counted} pictures and has ${found}`
      yield `post ${id} ${what}: ${cure(check, 'counted again')}`
    }
    after = last
  }
}

/** Pages of rows by ascending id until one is empty. */
async function* pagesOf<Row extends { id: number }>(
  read: (after: number) => Promise<Row[]>,
): AsyncGenerator<Row[]> {
  for (let after = 0; ; ) {
    const page = await read(after)
    const last = page.at(-1)
    if (!last) return
    yield page
    after = last.id
  }
}

function cure({ mends }: MediaCheck, done: string): string {
  return mends ? done : `to be ${done}`
}

function nameOf({ postId, position, purpose, username, key }: CheckedImage): string {
  const owner = username ? `@${username}` : 'a deleted account'
  if (postId !== null) return `picture ${position} of post ${postId} by ${owner}`
  return `the ${purpose === 'post' ? 'unpublished picture' : purpose} ${key} of ${owner}`
}
