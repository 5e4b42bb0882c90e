import { prepared, type Writer } from '../database/database.ts'
import { notifications, participants, sessions, users } from '../database/schema.ts'
import { and, eq, gt, isNull, lt, sql } from '../database/sql.ts'
import { lifetimeOf, touchAfter } from './token.ts'

/** The person who is signed in, as every page knows them. */
export type Viewer = {
  id: number
  username: string
  displayName: string
  language: string | null
  theme: string
  createdAt: Date
  /** At most 100: the badge then says 99+. */
  unreadNotifications: number
  unreadMessages: number
  session: { id: number; lastUsedAt: Date; persistent: boolean }
}

const unreadNotifications = sql`(select count(*) from (select 1 from ${notifications}
  where ${notifications.userId} = ${users.id} and ${notifications.readAt} is null limit 100) as unread)`
const unreadMessages = sql`(select coalesce(sum(${participants.unread}), 0) from ${participants}
  where ${participants.userId} = ${users.id} and ${participants.unread} > 0)`

/** One statement for all that every page knows, the badges included. */
const sessionOfToken = prepared<{ tokenHash: string; now: Date }, Viewer[]>('session_of_token', db =>
  db
    .select({
      id: users.id,
      username: users.username,
      displayName: users.displayName,
      language: users.language,
      theme: users.theme,
      createdAt: users.createdAt,
      unreadNotifications: unreadNotifications.mapWith(Number),
      unreadMessages: unreadMessages.mapWith(Number),
      session: { id: sessions.id, lastUsedAt: sessions.lastUsedAt, persistent: sessions.persistent },
    })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(
      and(
        eq(sessions.tokenHash, sql.placeholder('tokenHash')),
        isNull(users.closedAt),
        gt(sessions.expiresAt, sql.param(sql.placeholder('now'), sessions.expiresAt)),
      ),
    ),
)

/** The viewer whose session this is, unless it has expired. */
export async function findSession(
  db: Parameters<typeof sessionOfToken>[0],
  tokenHash: string,
  now: Date,
): Promise<Viewer | undefined> {
  return (await sessionOfToken(db, { tokenHash, now }))[0]
}

export type NewSession = {
  tokenHash: string
  userId: number
  persistent: boolean
  userAgent: string
  label: string
}

/** Adds a session, and clears away those that have expired, whosever they were. */
export async function createSession(tx: Writer, session: NewSession, now: Date): Promise<void> {
  await tx.delete(sessions).where(lt(sessions.expiresAt, now))
  await tx
    .insert(sessions)
    .values({ ...session, createdAt: now, lastUsedAt: now, expiresAt: expiry(session, now) })
}

/** Records a visit, once in a while: the session lives on, and the person was seen. */
export async function touchSession(tx: Writer, viewer: Viewer, now: Date): Promise<void> {
  const stale = new Date(now.getTime() - touchAfter)
  const touched = await tx
    .update(sessions)
    .set({ lastUsedAt: now, expiresAt: expiry(viewer.session, now) })
    .where(and(eq(sessions.id, viewer.session.id), lt(sessions.lastUsedAt, stale)))
    .returning({ id: sessions.id })
  if (touched.length === 0) return
  await tx.update(users).set({ lastSeenAt: now }).where(eq(users.id, viewer.id))
}

export async function endSession(tx: Writer, id: number): Promise<void> {
  await tx.delete(sessions).where(eq(sessions.id, id))
}

export async function endSessionsOf(tx: Writer, userId: number): Promise<void> {
  await tx.delete(sessions).where(eq(sessions.userId, userId))
}

function expiry({ persistent }: { persistent: boolean }, now: Date): Date {
  return new Date(now.getTime() + lifetimeOf(persistent))
}
