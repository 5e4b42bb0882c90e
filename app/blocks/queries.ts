import { keysetList } from '../database/cursor.ts'
import type { Writer } from '../database/database.ts'
import { lock } from '../database/lock.ts'
import { blocks, follows, notifications, users } from '../database/schema.ts'
import { and, eq } from '../database/sql.ts'
import { clearUnread } from '../messages/queries.ts'
import { isOpen, viewerId } from '../people/visibility.ts'
import { removeCountedOn } from '../posts/counted.ts'

/** Serializes following, blocking and messaging between two people, which write different rows. */
export function lockPair(tx: Writer, a: number, b: number): Promise<void> {
  return lock(tx, `pair:${Math.min(a, b)}:${Math.max(a, b)}`)
}

/** Blocks a person, removes follows, likes, reposts and notifications between the two, and clears the badge of their messages. Idempotent. */
export async function block(
  tx: Writer,
  blockerId: number,
  blockedId: number,
  createdAt = new Date(),
): Promise<void> {
  await lockPair(tx, blockerId, blockedId)
  invalidateBlock(tx, blockerId, blockedId)
  await tx.insert(blocks).values({ blockerId, blockedId, createdAt }).onConflictDoNothing()
  await removeTies(tx, blockerId, blockedId)
  await removeTies(tx, blockedId, blockerId)
  await removeNotifications(tx, blockerId, blockedId)
  await removeNotifications(tx, blockedId, blockerId)
  await clearUnread(tx, { userId: blockerId, otherId: blockedId })
}

/** Removes one person's follow of the other and likes and reposts of their posts. */
async function removeTies(tx: Writer, one: number, other: number): Promise<void> {
  await tx.delete(follows).where(and(eq(follows.followerId, one), eq(follows.followedId, other)))
  await removeCountedOn(tx, 'likes', { userId: one, authorId: other })
  const reposted = await removeCountedOn(tx, 'reposts', { userId: one, authorId: other })
  if (reposted.length > 0) tx.invalidates(`author:${one}`)
}

/** Removes a person's notifications caused by the other, once no group names the other. */
async function removeNotifications(tx: Writer, one: number, other: number): Promise<void> {
  await tx.delete(notifications).where(and(eq(notifications.userId, one), eq(notifications.actorId, other)))
}

export async function unblock(tx: Writer, blockerId: number, blockedId: number): Promise<void> {
  invalidateBlock(tx, blockerId, blockedId)
  await tx.delete(blocks).where(and(eq(blocks.blockerId, blockerId), eq(blocks.blockedId, blockedId)))
}

function invalidateBlock(tx: Writer, one: number, other: number): void {
  tx.invalidates(`viewer:${one}`, `viewer:${other}`, `follows:${one}`, `follows:${other}`)
  // Nobody is shown the posts of the one in those of the other any more.
  tx.invalidates(`person:${one}`, `person:${other}`)
}

export type BlockedPerson = { id: number; username: string; displayName: string; createdAt: Date }

/** A page of the people whom the viewer has blocked, newest block first. */
export const listBlocked = keysetList<BlockedPerson>(
  'blocked',
  { time: blocks.createdAt, id: blocks.blockedId },
  (db, place) =>
    db
      .select({
        id: users.id,
        username: users.username,
        displayName: users.displayName,
        createdAt: blocks.createdAt,
      })
      .from(blocks)
      .innerJoin(users, eq(users.id, blocks.blockedId))
      .where(and(eq(blocks.blockerId, viewerId), isOpen, place.beyond))
      .orderBy(...place.order)
      .limit(place.limit),
)
