/** Deletes the numerous rows of an account in chunks. */
import type { Writer } from '../database/database.ts'
import {
  bookmarks,
  conversations,
  exports,
  follows,
  images,
  likes,
  mentions,
  messages,
  notifications,
  posts,
  postVersions,
  reposts,
  threadMutes,
} from '../database/schema.ts'
import { and, eq, inArray, isNull, or, sql } from '../database/sql.ts'
import { deleteImages } from '../images/queries.ts'
import { tagsOfNotified } from '../notifications/queries.ts'
import { removeCountedOf } from '../posts/counted.ts'
import { removeDerivedRows } from '../posts/derivations.ts'
import { leaveGaps, lockThread, placeInThread } from '../posts/gaps.ts'

/** Rows of one statement; small, because deleting their dependents blocks other writers on SQLite. */
const chunk = 100
/** Rows of one statement that have no dependents. */
const dependents = 1_000

/** In this order, because other people see the first ones. */
const pieces: ((tx: Writer, id: number) => Promise<unknown[]>)[] = [
  deleteOwnImages,
  (tx, id) => deleteFollows(tx, id, 'followedId'),
  (tx, id) => deleteFollows(tx, id, 'followerId'),
  (tx, id) => takeBack(tx, id, 'likes'),
  (tx, id) => takeBack(tx, id, 'reposts'),
  deletePosts,
  forgetAnswers,
  deleteMessages,
  deleteConversations,
  (tx, id) => deleteNotifications(tx, id, 'actorId'),
  (tx, id) => deleteNotifications(tx, id, 'userId'),
  (tx, id) => deleteOwn(tx, id, 'mentions'),
  (tx, id) => deleteOwn(tx, id, 'bookmarks'),
  (tx, id) => deleteOwn(tx, id, 'threadMutes'),
  deleteExports,
]

/**
 * Deletes one chunk of an account's rows; false when only the account itself remains. Nobody has been shown most of them
 * since it was closed, so pages of others stay remembered.
 */
export async function deleteChunk(tx: Writer, userId: number): Promise<boolean> {
  tx.invalidates(`viewer:${userId}`)
  for (const deletePiece of pieces) if ((await deletePiece(tx, userId)).length > 0) return true
  return false
}

/** Those of a profile, and those that are in no post. */
async function deleteOwnImages(tx: Writer, id: number) {
  const isTheirs = and(eq(images.userId, id), isNull(images.postId))
  const some = tx.select({ id: images.id }).from(images).where(isTheirs).limit(chunk)
  return deleteImages(tx, inArray(images.id, some))
}

async function deleteFollows(tx: Writer, id: number, side: 'followerId' | 'followedId') {
  const other = side === 'followerId' ? follows.followedId : follows.followerId
  const some = tx.select({ id: other }).from(follows).where(eq(follows[side], id)).limit(chunk)
  const deleted = await tx
    .delete(follows)
    .where(and(eq(follows[side], id), inArray(other, some)))
    .returning({ id: other })
  tx.invalidates(...deleted.flatMap(({ id }) => [`viewer:${id}`, `follows:${id}`] as const))
  return deleted
}

/** Takes likes or reposts back. */
async function takeBack(tx: Writer, userId: number, of: 'likes' | 'reposts') {
  const postIds = await removeCountedOf(tx, of, userId)
  if (postIds.length > 0) tx.invalidates(`author:${userId}`)
  return postIds
}

/** Posts go once nothing numerous is about them any more. */
async function deletePosts(tx: Writer, userId: number) {
  const columns = { ...placeInThread, imageCount: posts.imageCount }
  const some = await tx.select(columns).from(posts).where(eq(posts.userId, userId)).limit(chunk)
  const ids = some.map(({ id }) => id)
  if (ids.length === 0) return []
  const shown = ids.map(id => `post:${id}` as const)
  tx.invalidates('posts', `author:${userId}`, ...shown, ...(await tagsOfNotified(tx, ids)))
  const emptied = await deleteRowsAbout(tx, ids)
  if (emptied.length > 0) return emptied
  await removeDerivedRows(tx, some)
  if (some.some(({ imageCount }) => imageCount > 0)) await deleteImages(tx, inArray(images.postId, ids))
  for (const rootId of new Set(some.map(({ id, rootId }) => rootId ?? id))) await lockThread(tx, rootId)
  const deleted = await tx.delete(posts).where(inArray(posts.id, ids)).returning({ id: posts.id })
  await leaveGaps(tx, some)
  return deleted
}

/** Of these tables, a post may have any number of rows. */
const aboutPosts = [
  { table: likes, key: likes.userId },
  { table: reposts, key: reposts.userId },
  { table: bookmarks, key: bookmarks.userId },
  { table: postVersions, key: postVersions.id },
] as const

/** Deletes what is about these posts; nothing is returned if there is no more than that. */
async function deleteRowsAbout(tx: Writer, ids: number[]) {
  for (const { table, key } of aboutPosts) {
    const some = tx
      .select({ id: table.postId, key: sql`${key}`.as('key') })
      .from(table)
      .where(inArray(table.postId, ids))
      .limit(dependents)
    const deleted = await tx
      .delete(table)
      .where(sql`(${table.postId}, ${key}) in ${some}`)
      .returning({ id: table.postId })
    if (deleted.length === dependents) return deleted
  }
  return []
}

/** Clears the account's id from other people's replies to it. */
async function forgetAnswers(tx: Writer, id: number) {
  const some = await tx.select({ id: posts.id }).from(posts).where(eq(posts.answeredId, id)).limit(chunk)
  const ids = some.map(({ id }) => id)
  if (ids.length === 0) return []
  tx.invalidates(...ids.map(id => `post:${id}` as const))
  return tx.update(posts).set({ answeredId: 0 }).where(inArray(posts.id, ids)).returning({ id: posts.id })
}

function conversationsOf(tx: Writer, id: number) {
  const isTheirs = or(eq(conversations.firstId, id), eq(conversations.secondId, id))
  return tx.select({ id: conversations.id }).from(conversations).where(isTheirs)
}

async function deleteMessages(tx: Writer, id: number) {
  const isTheirs = inArray(messages.conversationId, conversationsOf(tx, id))
  const some = tx.select({ id: messages.id }).from(messages).where(isTheirs).limit(chunk)
  return tx.delete(messages).where(inArray(messages.id, some)).returning({ id: messages.id })
}

async function deleteConversations(tx: Writer, id: number) {
  const some = conversationsOf(tx, id).limit(chunk)
  const { firstId, secondId } = conversations
  const deleted = await tx
    .delete(conversations)
    .where(inArray(conversations.id, some))
    .returning({ firstId, secondId })
  tx.invalidates(
    ...deleted.flatMap(({ firstId, secondId }) => [`viewer:${firstId}`, `viewer:${secondId}`] as const),
  )
  return deleted
}

async function deleteNotifications(tx: Writer, id: number, side: 'actorId' | 'userId') {
  const isTheirs = eq(notifications[side], id)
  const some = tx.select({ id: notifications.id }).from(notifications).where(isTheirs).limit(chunk)
  const deleted = await tx
    .delete(notifications)
    .where(inArray(notifications.id, some))
    .returning({ userId: notifications.userId })
  tx.invalidates(...deleted.map(({ userId }) => `viewer:${userId}` as const))
  return deleted
}

const ownRows = {
  mentions: { table: mentions, other: mentions.postId },
  bookmarks: { table: bookmarks, other: bookmarks.postId },
  threadMutes: { table: threadMutes, other: threadMutes.rootId },
} as const

async function deleteOwn(tx: Writer, id: number, of: keyof typeof ownRows) {
  const { table, other } = ownRows[of]
  const some = tx.select({ id: other }).from(table).where(eq(table.userId, id)).limit(chunk)
  return tx
    .delete(table)
    .where(and(eq(table.userId, id), inArray(other, some)))
    .returning({ id: other })
}

/** One at a time, because each export has its bytes in other rows. */
async function deleteExports(tx: Writer, id: number) {
  const some = tx.select({ id: exports.id }).from(exports).where(eq(exports.userId, id)).limit(1)
  return tx.delete(exports).where(inArray(exports.id, some)).returning({ id: exports.id })
}
