import { lockAccount } from '../accounts/queries.ts'
import { prepared, type Reader, type Writer } from '../database/database.ts'
import type { RetentionRule } from '../database/retention.ts'
import { sessions, users } from '../database/schema.ts'
import { and, desc, eq, given, gt, isNull, lt, ne } from '../database/sql.ts'
import { type Unread, unreadCounts } from '../notifications/unread.ts'
import { type Viewer, viewerColumns } from '../people/viewer.ts'
import { sessionExpiry, touchIntervalMs, withinSessionLimit } from '../security/tokens.ts'

export type Session = {
  id: number
  userId: number
  createdAt: Date
  lastUsedAt: Date
  expiresAt: Date
  /** When the person last typed their password in it. */
  confirmedAt: Date | null
  persistent: boolean
}
/** The data that every page needs about the viewer. */
export type SignedIn = { viewer: Viewer; session: Session; unread: Unread }

/** One statement reads the viewer, the session and the unread counts. */
const sessionOfToken = prepared<{ tokenHash: string; now: Date }, SignedIn[]>('session_of_token', db =>
  db
    .select({
      viewer: viewerColumns,
      session: {
        id: sessions.id,
        userId: sessions.userId,
        createdAt: sessions.createdAt,
        lastUsedAt: sessions.lastUsedAt,
        expiresAt: sessions.expiresAt,
        confirmedAt: sessions.confirmedAt,
        persistent: sessions.persistent,
      },
      unread: unreadCounts,
    })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(
      and(
        eq(sessions.tokenHash, given('tokenHash')),
        isNull(users.closedAt),
        gt(sessions.expiresAt, given('now', sessions.expiresAt)),
      ),
    ),
)

/** The session with this token and its owner, unless it has expired. */
export async function findSession(
  db: Parameters<typeof sessionOfToken>[0],
  tokenHash: string,
  now: Date,
): Promise<SignedIn | undefined> {
  const [found] = await sessionOfToken(db, { tokenHash, now })
  if (!found) return undefined
  const { createdAt, expiresAt } = found.session
  const session = { ...found.session, expiresAt: withinSessionLimit(createdAt, expiresAt) }
  return session.expiresAt > now ? { ...found, session } : undefined
}

export type NewSession = {
  tokenHash: string
  userId: number
  /** Absent if it is started without the password. */
  confirmedAt?: Date
  persistent: boolean
  userAgent: string
  label: string
}

/** Adds a session and deletes all expired ones. */
export async function createSession(tx: Writer, session: NewSession, now: Date): Promise<void> {
  tx.invalidates(`viewer:${session.userId}`)
  await tx.delete(sessions).where(lt(sessions.expiresAt, now))
  await tx.insert(sessions).values({
    ...session,
    createdAt: now,
    lastUsedAt: now,
    expiresAt: sessionExpiry({ ...session, createdAt: now }, now),
  })
}

/** Extends a session and updates "last seen", at most once per interval. */
export async function touchSession(tx: Writer, session: Session, now: Date): Promise<void> {
  const stale = new Date(now.getTime() - touchIntervalMs)
  tx.invalidates(`viewer:${session.userId}`)
  const touched = await tx
    .update(sessions)
    .set({ lastUsedAt: now, expiresAt: sessionExpiry(session, now) })
    .where(and(eq(sessions.id, session.id), lt(sessions.lastUsedAt, stale)))
    .returning({ id: sessions.id })
  if (touched.length === 0) return
  await tx.update(users).set({ lastSeenAt: now }).where(eq(users.id, session.userId))
}

/** Whether the session has not been ended, which it is not until the transaction ends. */
export async function isOpen(tx: Writer, { id, userId }: Session): Promise<boolean> {
  await lockAccount(tx, userId)
  return (await tx.$count(sessions, eq(sessions.id, id))) > 0
}

/** Records that the person has just typed their password in the session. */
export async function confirmSession(tx: Writer, { id, userId }: Session, now: Date): Promise<void> {
  tx.invalidates(`viewer:${userId}`)
  await tx.update(sessions).set({ confirmedAt: now }).where(eq(sessions.id, id))
}

export async function endSession(tx: Writer, id: number): Promise<void> {
  const { userId } = sessions
  const [ended] = await tx.delete(sessions).where(eq(sessions.id, id)).returning({ userId })
  if (ended) tx.invalidates(`viewer:${ended.userId}`)
}

/** Ends one of a person's own sessions; false if there is no such session. */
export async function endOwnSession(tx: Writer, own: { id: number; userId: number }): Promise<boolean> {
  const ended = await tx
    .delete(sessions)
    .where(and(eq(sessions.id, own.id), eq(sessions.userId, own.userId)))
    .returning({ id: sessions.id })
  tx.invalidates(`viewer:${own.userId}`)
  return ended.length > 0
}

/** Ends all other sessions of the person and returns how many. */
export async function endOtherSessions(tx: Writer, { id, userId }: Session): Promise<number> {
  const ended = await tx
    .delete(sessions)
    .where(and(eq(sessions.userId, userId), ne(sessions.id, id)))
    .returning({ id: sessions.id })
  tx.invalidates(`viewer:${userId}`)
  return ended.length
}

export async function endSessionsOf(tx: Writer, userId: number): Promise<void> {
  await tx.delete(sessions).where(eq(sessions.userId, userId))
  tx.invalidates(`viewer:${userId}`)
}

export type OpenSession = { id: number; label: string; createdAt: Date; lastUsedAt: Date }

/** A person's open sessions, the last used first, at most fifty. */
export async function listSessions(db: Reader, userId: number, now: Date): Promise<OpenSession[]> {
  const { id, label, createdAt, lastUsedAt } = sessions
  return db
    .select({ id, label, createdAt, lastUsedAt })
    .from(sessions)
    .where(and(eq(sessions.userId, userId), gt(sessions.expiresAt, now)))
    .orderBy(desc(lastUsedAt), desc(id))
    .limit(50)
}

export const expiredSessions: RetentionRule = {
  from: sessions,
  key: [sessions.id],
  where: now => lt(sessions.expiresAt, now),
}
