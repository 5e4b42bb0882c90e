/** The queries of live updates, each for all people whom a change concerns. */
import { isAmongIds, preparedIn } from '../database/prepared-in.ts'
import { follows, jobs, notifications, posts, reposts, sessions, users } from '../database/schema.ts'
import { and, eq, given, gt, isNull, type SQL, sql } from '../database/sql.ts'
import { others } from '../notifications/groups.ts'
import type { NotificationKind } from '../notifications/kinds.ts'
import { isShown } from '../notifications/shown.ts'
import { type Unread, unreadCounts } from '../notifications/unread.ts'
import { isNotClosed, isUnblocked } from '../people/visibility.ts'

/** What is true now for the person of an open session. */
export type SessionState = Unread & {
  sessionId: number
  expiresAt: Date
  /** The newest notification, unless it is read or not shown. */
  notification: {
    id: number
    kind: NotificationKind
    actorName: string | null
    conversationId: number | null
    createdAt: Date
  } | null
  /** The others of the notification's group; outside of it, because a row of nulls alone becomes null. */
  others: number
  /** When the newest post at Home was written, or reposted. */
  newestPostAt: Date | null
  /** How far the unfinished jobs are, as a text to be compared. */
  jobs: string | null
}

const newestNotification = sql`(select newest.id from ${notifications} newest where newest.user_id = ${users.id}
  order by newest.created_at desc, newest.id desc limit 1)`

const newestOf = (author: SQL) => sql`(select max(newest.at) from (
  select max(written.created_at) as at from ${posts} written where written.user_id = ${author}
  union all select max(reposted.created_at) from ${reposts} reposted where reposted.user_id = ${author}) newest)`

/** One lookup for each author. What the viewer sees of their posts, `/live/posts` decides; this only says when to ask. */
const newestAtHome = sql`(select max(${newestOf(sql`author.id`)}) from (
  select ${follows.followedId} as id from ${follows} where ${follows.followerId} = ${users.id}
  union all select ${users.id}) author)`

const unfinishedJobs = sql<string | null>`(select
  string_agg(job.id || ' ' || job.state || ' ' || coalesce(cast(job.progress as text), ''), ', ' order by job.id)
  from ${jobs} job where job.user_id = ${users.id} and job.due_at is not null)`

/** The states of those of the sessions that are open. */
export const statesOf = preparedIn<{ now: Date }, SessionState>(
  'live_states',
  db =>
    db
      .select({
        sessionId: sessions.id,
        expiresAt: sessions.expiresAt,
        ...unreadCounts,
        notification: {
          id: notifications.id,
          kind: notifications.kind,
          actorName: sql<
            string | null
          >`(select actor.display_name from ${users} actor where actor.id = ${notifications.actorId} and actor.closed_at is null)`,
          conversationId: notifications.conversationId,
          createdAt: notifications.createdAt,
        },
        others,
        newestPostAt: sql`${newestAtHome}`.mapWith(posts.createdAt),
        jobs: unfinishedJobs,
      })
      .from(sessions)
      .innerJoin(users, eq(users.id, sessions.userId))
      .leftJoin(
        notifications,
        and(eq(notifications.id, newestNotification), isNull(notifications.readAt), isShown(users.id)),
      )
      .where(
        and(
          isAmongIds(sessions.id),
          isNull(users.closedAt),
          gt(sessions.expiresAt, given('now', sessions.expiresAt)),
        ),
      ) as never,
)

export type PostReader = Pick<SessionState, 'newestPostAt'> & { userId: number }

/** Those of the people at whose Home the author's posts are, with the time of the newest of these. */
export const readersAmong = preparedIn<{ author: number }, PostReader>('live_readers', db => {
  const author = sql.placeholder('author')
  // Counted for each person who is connected: for `exists`, PostgreSQL may read all followers of the author.
  const isFollower = sql`(select count(*) from ${follows}
    where ${follows.followerId} = ${users.id} and ${follows.followedId} = ${author}) > 0`
  return db
    .select({ userId: users.id, newestPostAt: newestOf(sql`${author}`).mapWith(posts.createdAt) })
    .from(users)
    .where(and(isAmongIds(users.id), sql`(${users.id} = ${author} or ${isFollower})`))
})

/** When the newest reply in a thread was written that each of these people sees. */
export const newestReplies = preparedIn<{ root: number }, { userId: number; at: Date | null }>(
  'live_newest_replies',
  db => {
    const { userId, rootId, createdAt, id } = posts
    const newest = sql`(select ${createdAt} from ${posts} where ${rootId} = ${sql.placeholder('root')}
      and ${isUnblocked(userId, users.id)} and ${isNotClosed(userId)}
      order by ${createdAt} desc, ${id} desc limit 1)`
    return db
      .select({ userId: users.id, at: sql`${newest}`.mapWith(createdAt) })
      .from(users)
      .where(isAmongIds(users.id))
  },
)

/** The people whose jobs these are; null for a job without an owner. */
export const jobOwners = preparedIn<Record<string, never>, { userId: number | null }>('live_job_owners', db =>
  db.select({ userId: jobs.userId }).from(jobs).where(isAmongIds(jobs.id)),
)
