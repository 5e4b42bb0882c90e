/** What backups, exports and imports read and write of images. */
import type { Reader, Writer } from '../../database/database.ts'
import { images, posts, users } from '../../database/schema.ts'
import { and, asc, eq, gt, inArray, isNotNull, or, sql } from '../../database/sql.ts'

const pageSize = 500

/** Every image and its files, in the order of their ids. */
export async function* storedImages(db: Reader) {
  let last = 0
  for (;;) {
    const page = await db
      .select({ id: images.id, key: images.key, files: images.files })
      .from(images)
      .where(gt(images.id, last))
      .orderBy(asc(images.id))
      .limit(pageSize)
    yield* page
    if (page.length < pageSize) return
    last = page.at(-1)?.id as number
  }
}

/** A page of the images that posts and profiles show, in the order of their ids, after this one. */
export async function shownImagesAfter(db: Reader, id: number) {
  const { key, purpose, postId, position, alt, files, createdAt } = images
  const isOfProfile = or(eq(users.avatar, key), eq(users.banner, key))
  return db
    .select({
      id: images.id,
      username: users.username,
      key,
      purpose,
      postId,
      position,
      alt,
      files,
      createdAt,
    })
    .from(images)
    .innerJoin(users, eq(users.id, images.userId))
    .where(and(gt(images.id, id), or(isNotNull(postId), isOfProfile)))
    .orderBy(asc(images.id))
    .limit(pageSize)
}

export async function authorOf(db: Reader, postId: number): Promise<number | undefined> {
  const [post] = await db.select({ userId: posts.userId }).from(posts).where(eq(posts.id, postId))
  return post?.userId
}

/** The description of the picture that stands there, if there is one. */
export async function imageOfPost(db: Reader, postId: number, position: number): Promise<string | undefined> {
  const isThere = and(eq(images.postId, postId), eq(images.position, position))
  const [image] = await db.select({ alt: images.alt }).from(images).where(isThere)
  return image?.alt
}

type Profile = 'avatar' | 'banner'

/** The same of a profile. */
export async function profileImage(
  db: Reader,
  userId: number,
  purpose: Profile,
): Promise<string | undefined> {
  const [image] = await db
    .select({ alt: images.alt })
    .from(users)
    .innerJoin(images, eq(images.key, users[purpose]))
    .where(eq(users.id, userId))
  return image?.alt
}

export async function setProfileImage(
  tx: Writer,
  { userId, purpose, key }: { userId: number; purpose: Profile; key: string },
): Promise<void> {
  tx.invalidates(`person:${userId}`, `viewer:${userId}`)
  await tx
    .update(users)
    .set({ [purpose]: key })
    .where(eq(users.id, userId))
}

export async function countImage(tx: Writer, postId: number): Promise<void> {
  tx.invalidates(`post:${postId}`)
  await tx
    .update(posts)
    .set({ imageCount: sql`${posts.imageCount} + 1` })
    .where(eq(posts.id, postId))
}

/** Numbers the images of these posts from 1 on, where a number is missing. */
export async function closeGaps(tx: Writer, postIds: number[]): Promise<void> {
  const { id, postId, position } = images
  const gapped = await tx
    .select({ postId })
    .from(images)
    .where(inArray(postId, postIds))
    .groupBy(postId)
    .having(sql`max(${position}) <> count(*)`)
  for (const { postId: post } of gapped) {
    const rows = await tx
      .select({ id })
      .from(images)
      .where(eq(postId, post as number))
      .orderBy(asc(position))
    for (const [index, row] of rows.entries())
      await tx
        .update(images)
        .set({ position: index + 1 })
        .where(eq(id, row.id))
  }
}

/** Those of these posts that have neither words nor pictures. */
export async function emptyPosts(db: Reader, ids: number[]): Promise<number[]> {
  const { id, body, imageCount } = posts
  const found: number[] = []
  for (let at = 0; at < ids.length; at += pageSize) {
    const isEmpty = and(inArray(id, ids.slice(at, at + pageSize)), eq(body, ''), eq(imageCount, 0))
    found.push(...(await db.select({ id }).from(posts).where(isEmpty)).map(post => post.id))
  }
  return found
}
