/** Pictures on their way into a post: uploaded, chosen, described, published. */
import type { Reader, Writer } from '../database/database.ts'
import { images } from '../database/schema.ts'
import { and, asc, eq, inArray, isNull, or, type SQL } from '../database/sql.ts'
import { deleteImages, type Image, imageColumns, isImageKey } from './queries.ts'

/**
 * The person's uploaded images of these keys, in this order: those that are no post's yet, and those of the post that is
 * being edited. What is deleted, another's, or no key at all is left out.
 */
export async function usableImages(
  db: Reader,
  { userId, keys, postId }: { userId: number; keys: string[]; postId?: number },
): Promise<Image[]> {
  const possible = keys.filter(isImageKey)
  if (possible.length === 0) return []
  const isOwn = and(eq(images.userId, userId), eq(images.purpose, 'post'), inArray(images.key, possible))
  const found = await db.select(imageColumns).from(images).where(isOwn)
  return keys.flatMap(
    key => found.find(image => image.key === key && (image.postId === null || image.postId === postId)) ?? [],
  )
}

/** What a form or a program sends of an uploaded picture. Without `alt` it keeps the description that it has. */
export type SentImage = { key: string; alt?: string }
/** The pictures that a post is to have, in their order. */
export type SentImages = { postId: number; userId: number; sent: SentImage[] }

/**
 * Gives a post these pictures of its author's: unpublished ones, or its own. False if one is gone, another's, in another
 * post, or named twice: then nothing of the post is to be kept.
 */
export async function attachImages(tx: Writer, { postId, userId, sent }: SentImages): Promise<boolean> {
  if (new Set(sent.map(({ key }) => key)).size < sent.length) return false
  for (const [index, { key, alt }] of sent.entries()) {
    const isUsable = and(
      eq(images.key, key),
      eq(images.userId, userId),
      eq(images.purpose, 'post'),
      or(isNull(images.postId), eq(images.postId, postId)),
    )
    const attached = await tx
      .update(images)
      .set({ postId, position: index + 1, ...(alt !== undefined && { alt }) })
      .where(isUsable)
      .returning({ id: images.id })
    if (attached.length === 0) return false
  }
  return true
}

/** The same for a post that has pictures already; those that are left out are deleted. */
export async function replaceImages(
  tx: Writer,
  { postId, userId, sent }: SentImages,
): Promise<'same' | 'replaced' | 'gone'> {
  const ofPost = eq(images.postId, postId)
  const { key, alt } = images
  const had = await tx
    .select({ key, alt })
    .from(images)
    .where(ofPost)
    .orderBy(asc(images.position), asc(images.id))
  const isSame = (one: SentImage, at: number) =>
    one.key === had[at]?.key && (one.alt === undefined || one.alt === had[at].alt)
  if (sent.length === had.length && sent.every(isSame)) return 'same'
  const kept = new Set(sent.map(({ key }) => key))
  const left = had.filter(({ key }) => !kept.has(key)).map(({ key }) => key)
  if (left.length > 0) await deleteImages(tx, and(ofPost, inArray(images.key, left)) as SQL)
  return (await attachImages(tx, { postId, userId, sent })) ? 'replaced' : 'gone'
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
