/** What `media:check` reads and mends. */
import type { Reader, Writer } from '../database/database.ts'
import { images, posts, users } from '../database/schema.ts'
import {
  type AnyColumn,
  and,
  asc,
  desc,
  eq,
  gt,
  inArray,
  lt,
  ne,
  or,
  type SQL,
  sql,
} from '../database/sql.ts'
import { indexedColumns, indexPostsAgain } from '../search-index/indexing.ts'
import { deleteImages, isNamedByNoProfile } from './queries.ts'

const columns = {
  id: images.id,
  key: images.key,
  userId: images.userId,
  purpose: images.purpose,
  postId: images.postId,
  position: images.position,
  files: images.files,
  username: users.username,
}
export type CheckedImage = Awaited<ReturnType<typeof nextImages>>[number]

/** The images after this id, in the order of their ids. */
export async function nextImages(db: Reader, after: number, limit: number) {
  return selectImages(db, gt(images.id, after)).orderBy(asc(images.id)).limit(limit)
}

/** The newest images. */
export async function newestImages(db: Reader, limit: number): Promise<CheckedImage[]> {
  return selectImages(db, sql`true`).orderBy(desc(images.id)).limit(limit)
}

function selectImages(db: Reader, which: SQL) {
  return db.select(columns).from(images).leftJoin(users, eq(users.id, images.userId)).where(which)
}

/** The widths of the files of these images, by key. */
export async function widthsOf(db: Reader, keys: string[]): Promise<Map<string, number[]>> {
  if (keys.length === 0) return new Map()
  const { key, files } = images
  const found = await db.select({ key, files }).from(images).where(inArray(key, keys))
  return new Map(found.map(({ key, files }) => [key, files.map(({ width }) => width)]))
}

/** Whether the image has a row still. */
export async function hasImage(db: Reader, id: number): Promise<boolean> {
  return (await db.$count(images, eq(images.id, id))) > 0
}

/**
 * Deletes an image whose files are not as they were made; false if it is deleted already. Its post counts those that
 * remain, and its owner's profile shows the generated mark.
 */
export async function removeBrokenImage(tx: Writer, image: CheckedImage): Promise<boolean> {
  const { id, key, userId, postId } = image
  if ((await deleteImages(tx, eq(images.id, id))).length === 0) return false
  if (postId !== null) await recountImages(tx, postId)
  if (userId !== null) await forgetFace(tx, userId, key)
  return true
}

/** Numbers the images of a post from 1 on, and counts them; the search index knows whether it has any. */
export async function recountImages(tx: Writer, postId: number): Promise<void> {
  const { id, position } = images
  const left = await tx
    .select({ id, position })
    .from(images)
    .where(eq(images.postId, postId))
    .orderBy(asc(position), asc(id))
  for (const [index, image] of left.entries())
    if (image.position !== index + 1)
      await tx
        .update(images)
        .set({ position: index + 1 })
        .where(eq(id, image.id))
  const [post] = await tx
    .update(posts)
    .set({ imageCount: left.length })
    .where(eq(posts.id, postId))
    .returning(indexedColumns)
  tx.invalidates(`post:${postId}`)
  if (!post) return
  await indexPostsAgain(tx, [post])
}

/** Clears the profile's picture and banner where they name this image. */
export async function forgetFace(tx: Writer, userId: number, key: string): Promise<void> {
  const isThis = (column: AnyColumn) =>
    sql<string | null>`case when ${column} = ${key} then null else ${column} end`
  const cleared = await tx
    .update(users)
    .set({ avatar: isThis(users.avatar), banner: isThis(users.banner) })
    .where(and(eq(users.id, userId), or(eq(users.avatar, key), eq(users.banner, key))))
    .returning({ id: users.id })
  if (cleared.length > 0) tx.invalidates(`person:${userId}`, `viewer:${userId}`)
}

/** Of the next posts, the last one's id, and those that count their images wrongly or number them with gaps. */
export async function miscountedPosts(db: Reader, after: number, limit: number) {
  const of = (what: SQL) =>
    sql`(select ${what} from ${images} where ${images.postId} = ${posts.id})`.mapWith(Number)
  const page = await db
    .select({
      id: posts.id,
      counted: posts.imageCount,
      found: of(sql`count(*)`),
      last: of(sql`coalesce(max(${images.position}), 0)`),
    })
    .from(posts)
    .where(gt(posts.id, after))
    .orderBy(asc(posts.id))
    .limit(limit)
  const wrong = page.filter(({ counted, found, last }) => counted !== found || last !== found)
  return { last: page.length < limit ? null : (page.at(-1)?.id ?? null), wrong }
}

/** Profiles with a picture or banner that is no image of theirs. */
export async function facelessProfiles(db: Reader, after: number, limit: number) {
  const { id, username, avatar, banner } = users
  const isLost = (column: AnyColumn) =>
    sql`(${column} is not null and not exists (select 1 from ${images} where ${images.key} = ${column} and ${images.userId} = ${id}))`
  return db
    .select({
      id,
      username,
      lostAvatar: sql<string | null>`case when ${isLost(avatar)} then ${avatar} end`,
      lostBanner: sql<string | null>`case when ${isLost(banner)} then ${banner} end`,
    })
    .from(users)
    .where(and(gt(id, after), or(isLost(avatar), isLost(banner))))
    .orderBy(asc(id))
    .limit(limit)
}

/** Pictures and banners that no profile names, older than the moment. */
export async function unusedFaces(
  db: Reader,
  { after, before }: { after: number; before: Date },
  limit: number,
) {
  const isUnused = and(
    gt(images.id, after),
    ne(images.purpose, 'post'),
    lt(images.createdAt, before),
    isNamedByNoProfile,
  )
  return selectImages(db, isUnused as SQL)
    .orderBy(asc(images.id))
    .limit(limit)
}
