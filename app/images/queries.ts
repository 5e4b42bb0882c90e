import { randomBytes } from 'node:crypto'
import type { Reader, Writer } from '../database/database.ts'
import { isAmongIds, preparedIn } from '../database/prepared-in.ts'
import { images } from '../database/schema.ts'
import { and, asc, eq, inArray } from '../database/sql.ts'

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

/** 128 random bits, in letters that every file system and store keeps apart. */
export function newImageKey(): string {
  return randomBytes(16).toString('hex')
}

/** The key in the storage of a file of an image. */
export function fileKey(image: string, width: number): string {
  return `${image}/${width}.webp`
}

/** Stores the row of an image whose files are in the storage already. */
export async function addImage(tx: Writer, image: Omit<typeof images.$inferInsert, 'id'>): Promise<Image> {
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

/**
 * The person's uploaded images of these keys, in this order: those that are no post's yet, and those of the post that is
 * being edited. What is deleted, or another's, is left out.
 */
export async function usableImages(
  db: Reader,
  { userId, keys, postId }: { userId: number; keys: string[]; postId?: number },
): Promise<Image[]> {
  if (keys.length === 0) return []
  const isOwn = and(eq(images.userId, userId), eq(images.purpose, 'post'), inArray(images.key, keys))
  const found = await db.select(imageColumns).from(images).where(isOwn)
  return keys.flatMap(
    key => found.find(image => image.key === key && (image.postId === null || image.postId === postId)) ?? [],
  )
}
