/** Pictures on their way into a post: uploaded, chosen, described, published. */
import type { Reader, Writer } from '../database/database.ts'
import { images } from '../database/schema.ts'
import { and, eq, inArray, isNull } from '../database/sql.ts'
import { Problem } from '../http/errors.ts'
import { type Image, imageColumns } from './queries.ts'

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

/** What a form or a program sends of an uploaded picture. Without `alt` it keeps the description that it has. */
export type SentImage = { key: string; alt?: string }

/**
 * Publishes pictures with their owner's new post, in this order.
 * @throws Problem 422 if one is gone, another's, or in a post already
 */
export async function attachImages(
  tx: Writer,
  { postId, userId, sent }: { postId: number; userId: number; sent: SentImage[] },
): Promise<void> {
  for (const [index, { key, alt }] of sent.entries()) {
    const isUnpublished = and(
      eq(images.key, key),
      eq(images.userId, userId),
      eq(images.purpose, 'post'),
      isNull(images.postId),
    )
    const attached = await tx
      .update(images)
      .set({ postId, position: index + 1, ...(alt !== undefined && { alt }) })
      .where(isUnpublished)
      .returning({ id: images.id })
    if (attached.length === 0) throw new Problem(422, 'images.gone')
  }
}

/** What pictures show, by key: the same file uploaded twice has the same digest. */
export async function contentDigests(
  db: Reader,
  { userId, keys }: { userId: number; keys: string[] },
): Promise<Map<string, string>> {
  if (keys.length === 0) return new Map()
  const isOwn = and(eq(images.userId, userId), inArray(images.key, keys))
  const found = await db.select({ key: images.key, files: images.files }).from(images).where(isOwn)
  return new Map(found.map(({ key, files }) => [key, files.at(-1)?.sha256 ?? key]))
}
