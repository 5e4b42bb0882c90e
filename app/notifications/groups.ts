/**
 * Notifications that many people share: the row names the newest of them, and how many others there are is counted
 * beside the post.
 */
import type { Writer } from '../database/database.ts'
import { notifications, posts } from '../database/schema.ts'
import { and, eq, inArray, isNull, type SQL, sql } from '../database/sql.ts'
import { isNotClosed, isUnblocked } from '../people/visibility.ts'
import { type GroupedKind, groupedKinds, kinds } from './kinds.ts'

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
 * Takes back what a person did to posts: the notifications that name them name the newest of the others instead, or are
 * deleted with the last of them.
 */
export async function withdraw(
  tx: Writer,
  news: { kind: GroupedKind; posts: { id: number; authorId: number }[]; actorId: number },
): Promise<void> {
  if (news.posts.length === 0) return
  const { postId, kind, actorId } = notifications
  // Theirs count one less, even if they name another person.
  tx.invalidates(...news.posts.map(({ authorId }) => `viewer:${authorId}` as const))
  const ids = news.posts.map(({ id }) => id)
  const isGroup = and(inArray(postId, ids), eq(kind, news.kind))
  await tx
    .update(notifications)
    .set({ actorId: newestOther(news.kind) })
    .where(and(isGroup, eq(actorId, news.actorId)))
  await tx.delete(notifications).where(and(isGroup, isNull(actorId)))
}
