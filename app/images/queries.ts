import { randomBytes } from 'node:crypto'
import { prepared, type Reader, type Writer } from '../database/database.ts'
import { isAmongIds, preparedIn } from '../database/prepared-in.ts'
import { daysBefore, type RetentionRule } from '../database/retention.ts'
import { type ImageFile, images, posts, users } from '../database/schema.ts'
import { and, asc, eq, given, gt, isNull, lt, ne, type SQL, sql } from '../database/sql.ts'
import { enqueue } from '../jobs/queue.ts'
import type { AnyViewer } from '../people/viewer.ts'
import { seenBy, viewerId, visiblePeople, visiblePosts } from '../people/visibility.ts'

declare module '../jobs/queue.ts' {
  interface Jobs {
    'images.delete_files': { keys: string[] }
  }
}

/** What pages and the API show of an image. */
export const imageColumns = {
  id: images.id,
  key: images.key,
  postId: images.postId,
  position: images.position,
  alt: images.alt,
  width: images.width,
  height: images.height,
  animated: images.animated,
  placeholder: images.placeholder,
  files: images.files,
}
export type Image = Pick<typeof images.$inferSelect, keyof typeof imageColumns>

/** Whether a text may be a key: PostgreSQL fails at some that are none. */
export function isImageKey(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text)
}

/** 128 random bits, in letters that every file system and store keeps apart. */
export function newImageKey(): string {
  return randomBytes(16).toString('hex')
}

/** The key in the storage of a file of an image. */
export function fileKey(image: string, width: number): string {
  return `${image}/${width}.webp`
}

/** Whether the text is such a key, and so no path that leads elsewhere. */
export function isFileKey(text: string): boolean {
  return /^[0-9a-f]{32}\/[1-9]\d{0,4}\.webp$/.test(text)
}

/** Stores the row of an image whose files are in the storage already. */
export async function addImage(tx: Writer, image: Omit<typeof images.$inferInsert, 'id'>): Promise<Image> {
  if (image.userId) tx.invalidates(`viewer:${image.userId}`)
  const [added] = await tx.insert(images).values(image).returning(imageColumns)
  return added as Image
}

const imagesOfPosts = preparedIn<Record<string, never>, Image>('images_of_posts', db =>
  db
    .select(imageColumns)
    .from(images)
    .where(isAmongIds(images.postId))
    .orderBy(asc(images.postId), asc(images.position), asc(images.id)),
)

/** The images of posts, by post, in their order: no statement if no post has any. */
export async function imagesOf(
  db: Reader,
  shown: { id: number; imageCount: number }[],
): Promise<Map<number, Image[]>> {
  const ids = shown.filter(({ imageCount }) => imageCount > 0).map(({ id }) => id)
  const found = ids.length > 0 ? await imagesOfPosts(db, ids, {}) : []
  return Map.groupBy(found, ({ postId }) => postId as number)
}

/** A post has it, or its owner's profile. */
const isPublished = sql`(${images.postId} is not null or ${users.avatar} = ${images.key} or ${users.banner} = ${images.key})`

const imageOfKey = prepared<{ key: string; viewer: number }, { files: ImageFile[]; isPublished: boolean }[]>(
  'image_of_key',
  db =>
    db
      .select({ files: images.files, isPublished: isPublished.mapWith(Boolean) })
      .from(images)
      .innerJoin(users, eq(users.id, images.userId))
      .leftJoin(posts, eq(posts.id, images.postId))
      .where(
        and(
          eq(images.key, given('key')),
          sql`case when ${images.postId} is not null then ${visiblePosts()}
            when ${isPublished} then ${visiblePeople()} else ${users.id} = ${viewerId} end`,
        ),
      ),
)

/**
 * The files of an image that the viewer sees: a post's with the post, a profile's with the person, and one that is neither
 * yet, if it is their own.
 */
export async function findImage(db: Reader, key: string, viewer: AnyViewer) {
  const [found] = await imageOfKey(db, { key, ...seenBy(viewer) })
  return found
}

/** Files of one job: a store deletes as many in one request. */
const filesOfJob = 1_000

/**
 * Deletes images, and by a job their files; returns their ids. Who deletes pictures of posts that stay counts those that
 * remain, and who deletes a profile's clears its column.
 */
export async function deleteImages(tx: Writer, which: SQL): Promise<number[]> {
  const { id, key, files, userId, postId } = images
  const deleted = await tx.delete(images).where(which).returning({ id, key, files, userId, postId })
  const keys = deleted.flatMap(image => image.files.map(({ width }) => fileKey(image.key, width)))
  for (let at = 0; at < keys.length; at += filesOfJob)
    await enqueue(tx, { name: 'images.delete_files', input: { keys: keys.slice(at, at + filesOfJob) } })
  for (const { userId, postId } of deleted) {
    if (userId !== null) tx.invalidates(`viewer:${userId}`)
    if (postId !== null) tx.invalidates(`post:${postId}`)
  }
  return deleted.map(({ id }) => id)
}

/** Pictures that were uploaded for a post and are in none a day later. */
export const unpublishedImages: RetentionRule = {
  from: images,
  key: [images.id],
  where: now =>
    and(isNull(images.postId), eq(images.purpose, 'post'), lt(images.createdAt, daysBefore(now, 1))),
  remove: deleteImages,
}

/**
 * Pictures and banners that their person's profile does not name a day later. Those of the last week alone are looked at:
 * a replaced one goes at once, so that it is left only by an upload that was cut short.
 */
export const unusedProfileImages: RetentionRule = {
  from: images,
  key: [images.id],
  where: now =>
    and(
      isNull(images.postId),
      ne(images.purpose, 'post'),
      lt(images.createdAt, daysBefore(now, 1)),
      gt(images.createdAt, daysBefore(now, 8)),
      isNamedByNoProfile,
    ),
  remove: deleteImages,
}

/** The profile of its owner does not show it. */
export const isNamedByNoProfile = sql`not exists (select 1 from ${users} where ${users.id} = ${images.userId}
  and (${users.avatar} = ${images.key} or ${users.banner} = ${images.key}))`
