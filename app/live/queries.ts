/** What streams ask the database, and only when somebody has signalled that there is something. */

import { prepared, type Reader } from '../database/database.ts'
import { idsPlaceholder, preparedIn } from '../database/prepared-in.ts'
import { jobs, notifications, sessions, users } from '../database/schema.ts'
import { and, desc, eq, gt, inArray, isNull, or, sql } from '../database/sql.ts'
import type { NotificationKind } from '../notifications/kinds.ts'
import { type Unread, unreadCounts } from '../notifications/unread.ts'

/** How many rows are looked at. Whoever missed more than that looks at the page again instead. */
export const mostRows = 5_000

const user = sql.placeholder('user')
const sinceNotified = sql.param(sql.placeholder('since'), notifications.createdAt)

export type News = {
  id: number
  kind: NotificationKind
  actorName: string | null
  conversationId: number | null
  createdAt: Date
}
type NewsRow = Unread & { news: News | null }

const newsRows = prepared<{ user: number; since: Date }, NewsRow[]>(
  'live_news',
  db =>
    db
      .select({
        ...unreadCounts,
        news: {
          id: notifications.id,
          kind: notifications.kind,
          actorName: sql`(select actor.display_name from ${users} actor where actor.id = ${notifications.actorId})`,
          conversationId: notifications.conversationId,
          createdAt: notifications.createdAt,
        },
      })
      .from(users)
      .leftJoin(
        notifications,
        and(eq(notifications.userId, users.id), gt(notifications.createdAt, sinceNotified)),
      )
      .where(eq(users.id, user))
      .orderBy(desc(notifications.createdAt), desc(notifications.id))
      .limit(mostRows) as never,
)

/** What the badges of somebody count, and what they were told since then, oldest first: one statement. */
export async function newsOf(
  db: Reader,
  user: number,
  since: Date,
): Promise<{ unread: Unread; news: News[] } | undefined> {
  const rows = await newsRows(db, { user, since })
  const [first] = rows
  if (!first) return undefined
  const { unreadNotifications, unreadMessages } = first
  const news = rows.flatMap(row => row.news ?? []).toReversed()
  return { unread: { unreadNotifications, unreadMessages }, news }
}

type State = Unread & { id: number; isTold: unknown }

const statesOfMany = preparedIn<{ since: Date }, State>('live_states', db =>
  db
    .select({
      id: users.id,
      ...unreadCounts,
      isTold: sql`(select count(*) from (select 1 from ${notifications} where ${and(
        eq(notifications.userId, users.id),
        gt(notifications.createdAt, sinceNotified),
      )} limit 1) as told)`,
    })
    .from(users)
    .where(inArray(users.id, idsPlaceholder)),
)

/** What the badges of people count, and whether they were told anything since then. */
export async function statesOf(
  db: Reader,
  ids: number[],
  since: Date,
): Promise<(Unread & { id: number; isTold: boolean })[]> {
  const states = await statesOfMany(db, ids, { since })
  return states.map(state => ({ ...state, isTold: Number(state.isTold) > 0 }))
}

export type OwnJob = { id: number; userId: number | null }
const ownJob = { id: jobs.id, userId: jobs.userId }

const jobsOfMany = preparedIn<Record<string, never>, OwnJob>('live_jobs', db =>
  db.select(ownJob).from(jobs).where(inArray(jobs.id, idsPlaceholder)),
)

/** Whose the jobs are. */
export function findOwners(db: Reader, jobIds: number[]): Promise<OwnJob[]> {
  return jobsOfMany(db, jobIds, {})
}

const jobsUnderWayOfMany = preparedIn<{ since: Date }, OwnJob>('live_jobs_under_way', db => {
  const ended = gt(jobs.finishedAt, sql.param(sql.placeholder('since'), jobs.finishedAt))
  return db
    .select(ownJob)
    .from(jobs)
    .where(and(inArray(jobs.userId, idsPlaceholder), or(isNull(jobs.finishedAt), ended)))
})

/** The jobs of people that are not finished, or have been since then. */
export function jobsUnderWay(db: Reader, people: number[], since: Date): Promise<OwnJob[]> {
  return jobsUnderWayOfMany(db, people, { since })
}

type OpenSession = { id: number; expiresAt: Date }

const openAmongMany = preparedIn<{ now: Date }, OpenSession>('live_sessions', db =>
  db
    .select({ id: sessions.id, expiresAt: sessions.expiresAt })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(
      and(
        inArray(sessions.id, idsPlaceholder),
        isNull(users.closedAt),
        gt(sessions.expiresAt, sql.param(sql.placeholder('now'), sessions.expiresAt)),
      ),
    ),
)

/** Those of the sessions that have not ended, and when they will. */
export async function openSessions(db: Reader, ids: number[], now: Date): Promise<Map<number, Date>> {
  const open = await openAmongMany(db, ids, { now })
  return new Map(open.map(({ id, expiresAt }) => [id, expiresAt]))
}
