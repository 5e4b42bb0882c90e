/**
 * Notifications that many people share: the row names the newest of them, and how many others there are is counted
 * beside the post.
 */
import type { Writer } from '../database/database.ts'
import { notifications, posts } from '../database/schema.ts'
import { and, eq, inArray, isNull, type SQL, sql } from '../database/sql.ts'
import { isNotClosed, isUnblocked } from '../people/visibility.ts'
import { type GroupedKind, groupedKinds, kinds, subjectOf } from './kinds.ts'

/** How many people did the same as the actor, without the recipient, who may like their own post. */
function othersOf(kind: GroupedKind): SQL {
  const { rows, count } = kinds[kind].group
  return sql`when ${sql.raw(`'${kind}'`)} then
    (select ${count} from ${posts} where ${posts.id} = ${notifications.postId}) - 1 - (select count(*) from ${rows}
      where ${rows.postId} = ${notifications.postId} and ${rows.userId} = ${notifications.userId})`
}

/** A column of a query that joins notifications with anything. */
export const others =
  sql`case ${notifications.kind} ${sql.join(groupedKinds.map(othersOf), sql` `)} else 0 end`.mapWith(value =>
    Math.max(0, Number(value)),
  )

/** The newest person of the row's group besides its actor, if the recipient sees one. */
function newestOther(kind: GroupedKind): SQL {
  const { rows } = kinds[kind].group
  const { userId, postId, createdAt } = rows
  return sql`(select ${userId} from ${rows} where ${postId} = ${notifications.postId}
    and ${userId} <> ${notifications.actorId} and ${userId} <> ${notifications.userId}
    and ${isNotClosed(userId)} and ${isUnblocked(userId, notifications.userId)}
    order by ${createdAt} desc, ${userId} desc limit 1)`
}

/**
 * Names the newest of the others instead of a person, in the notifications of the condition; without another, the
 * notification is deleted.
 */
export async function passOn(tx: Writer, condition: SQL | undefined, actorId: number): Promise<void> {
  for (const kind of groupedKinds)
    await tx
      .update(notifications)
      .set({ actorId: newestOther(kind) })
      .where(and(condition, eq(notifications.kind, kind), eq(notifications.actorId, actorId)))
  const isLeft = and(inArray(notifications.kind, groupedKinds), isNull(notifications.actorId))
  await tx.delete(notifications).where(and(condition, isLeft))
}

/** Takes back what a person did to a post: the notification names another, or is deleted with the last of them. */
export async function withdraw(
  tx: Writer,
  news: { userId: number; kind: GroupedKind; about: number; actorId: number },
): Promise<void> {
  const { userId, kind, about, actorId } = news
  tx.invalidates(`viewer:${userId}`)
  const isGroup = and(eq(notifications.userId, userId), eq(notifications.subject, subjectOf(kind, about)))
  await passOn(tx, isGroup, actorId)
}
