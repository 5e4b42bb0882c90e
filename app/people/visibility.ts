/**
 * Who sees whom, and whose posts: an open account's are seen by everybody but the people whom its owner has blocked
 * and those who have blocked its owner. Every list and every single row asks here.
 */
import type { Reader } from '../database/database.ts'
import { blocks, posts, users } from '../database/schema.ts'
import { type AnyColumn, and, eq, given, inArray, isNull, or, type SQL, sql } from '../database/sql.ts'
import type { AnyViewer } from './viewer.ts'

/** The placeholder for the viewer's id in every query about people and posts. */
export const viewerId = given('viewer')

/** The value of `viewerId`; a visitor's is 0, which is no person's id. */
export function seenBy(viewer: AnyViewer): { viewer: number } {
  return { viewer: viewer?.id ?? 0 }
}

/** For a query from `users`: the account is open, not on its way out. */
export const isOpen = isNull(users.closedAt)

/** The same for a query that does not join `users`: it looks up the account of this column. */
export function isOpenAccount(person: AnyColumn): SQL {
  return sql`(select ${users.closedAt} from ${users} where ${users.id} = ${person}) is null`
}

/**
 * The same in the middle of a list that is cut to a page: read once a statement, from an index that holds closed
 * accounts alone. They are few, because a job deletes them.
 */
export function isNotClosed(person: AnyColumn): SQL {
  return sql`${person} not in (select ${users.id} from ${users} where ${users.closedAt} is not null)`
}

/**
 * The person of this column and the viewer have not blocked each other; both engines read the blocks once a statement,
 * or once for each viewer if these are a column, too.
 */
export function isUnblocked(person: AnyColumn, viewer: AnyColumn | typeof viewerId = viewerId): SQL {
  const { blockerId, blockedId } = blocks
  return sql`${person} not in (
    select ${blockedId} from ${blocks} where ${blockerId} = ${viewer}
    union all select ${blockerId} from ${blocks} where ${blockedId} = ${viewer})`
}

/**
 * The author of the post of this column is seen by the viewer: for a query that joins neither posts nor users, in the
 * middle of a list that is cut to a page.
 */
export function hasSeenAuthor(post: AnyColumn): SQL {
  const author = sql`(select ${posts.userId} from ${posts} where ${posts.id} = ${post})`
  const { blockerId, blockedId } = blocks
  return sql`${author} not in (
    select ${users.id} from ${users} where ${users.closedAt} is not null
    union all select ${blockedId} from ${blocks} where ${blockerId} = ${viewerId}
    union all select ${blockerId} from ${blocks} where ${blockedId} = ${viewerId})`
}

/** People whom the viewer sees, for a query from `users`; `person` is any column that holds their id. */
export function visiblePeople(person: AnyColumn = users.id): SQL | undefined {
  return and(isUnblocked(person), isOpen)
}

/**
 * The author's account is open. The condition names the post, too: one on the account alone makes SQLite read every
 * account first, for a Bloom filter of those that are open.
 */
const hasOpenAuthor = sql`case when ${users.closedAt} is null then ${posts.id} > 0 else false end`

/** Posts that the viewer sees, for a query from `posts` and the `users` who wrote them. */
export function visiblePosts(): SQL | undefined {
  return and(isUnblocked(posts.userId), hasOpenAuthor)
}

/**
 * For a query from `posts`: its author and the author of the quoted post have blocked each other, so nobody is shown the
 * one in the other. Read for quotes alone.
 */
export const hasBlockedQuote = sql`case when ${posts.quotedId} is null then false else exists (
  select 1 from ${posts} as quoted, ${blocks} as apart where quoted.id = ${posts.quotedId}
  and (apart.blocker_id = quoted.user_id and apart.blocked_id = ${posts.userId}
    or apart.blocker_id = ${posts.userId} and apart.blocked_id = quoted.user_id)) end`.mapWith(Boolean)

/** Whether the viewer has blocked the person of this column, and the other way round. */
export function blocksBetween(person: AnyColumn): { byViewer: SQL; ofViewer: SQL } {
  const { blockerId, blockedId } = blocks
  return {
    byViewer: sql`exists (select 1 from ${blocks} where ${blockerId} = ${viewerId} and ${blockedId} = ${person})`,
    ofViewer: sql`exists (select 1 from ${blocks} where ${blockerId} = ${person} and ${blockedId} = ${viewerId})`,
  }
}

/** Those of the people who have not blocked this person and are not blocked by them. */
export async function unblockedAmong(db: Reader, people: number[], person: number): Promise<number[]> {
  const { blockerId, blockedId } = blocks
  const between = await db
    .select({ blockerId, blockedId })
    .from(blocks)
    .where(
      or(
        and(eq(blockerId, person), inArray(blockedId, people)),
        and(eq(blockedId, person), inArray(blockerId, people)),
      ),
    )
  const blocked = new Set(between.flatMap(pair => [pair.blockerId, pair.blockedId]))
  return people.filter(id => !blocked.has(id))
}

/** Whether one of the two has blocked the other. */
export async function areBlocked(db: Reader, one: number, other: number): Promise<boolean> {
  return (await unblockedAmong(db, [one], other)).length === 0
}
