import { topicOfPerson } from '../database/changes.ts'
import { prepared, type Reader, type Writer } from '../database/database.ts'
import { sessions, users } from '../database/schema.ts'
import { and, desc, eq, gt, isNull, lt, ne, sql } from '../database/sql.ts'
import { type Unread, unreadCounts } from '../notifications/unread.ts'
import { lifetimeOf, touchAfter } from '../security/tokens.ts'

/** The person who is signed in, as every page knows them. */
export type Viewer = Unread & {
  id: number
  username: string
  displayName: string
  language: string | null
  theme: string
  createdAt: Date
  session: { id: number; lastUsedAt: Date; expiresAt: Date; persistent: boolean }
}

const viewerColumns = {
  id: users.id,
  username: users.username,
  displayName: users.displayName,
  language: users.language,
  theme: users.theme,
  createdAt: users.createdAt,
  ...unreadCounts,
  session: {
    id: sessions.id,
    lastUsedAt: sessions.lastUsedAt,
    expiresAt: sessions.expiresAt,
    persistent: sessions.persistent,
  },
}

/** One statement for all that every page knows, the badges included. */
const sessionOfToken = prepared<{ tokenHash: string; now: Date }, Viewer[]>('session_of_token', db =>
  db
    .select(viewerColumns)
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

/** Adds a session, and clears away those that have expired, whosever they were: they are nobody's any more. */
export async function createSession(tx: Writer, session: NewSession, now: Date): Promise<void> {
  const own = tx.about(topicOfPerson(session.userId))
  await own.delete(sessions).where(lt(sessions.expiresAt, now))
  await own
    .insert(sessions)
    .values({ ...session, createdAt: now, lastUsedAt: now, expiresAt: expiry(session, now) })
}

/** Records a visit, once in a while: the session lives on, and the person was seen. */
export async function touchSession(tx: Writer, viewer: Viewer, now: Date): Promise<void> {
  const stale = new Date(now.getTime() - touchAfter)
  const own = tx.about(topicOfPerson(viewer.id))
  const touched = await own
    .update(sessions)
    .set({ lastUsedAt: now, expiresAt: expiry(viewer.session, now) })
    .where(and(eq(sessions.id, viewer.session.id), lt(sessions.lastUsedAt, stale)))
    .returning({ id: sessions.id })
  if (touched.length === 0) return
  await own.update(users).set({ lastSeenAt: now }).where(eq(users.id, viewer.id))
}

export async function endSession(tx: Writer, id: number): Promise<void> {
  const { userId } = sessions
  const [ended] = await tx.delete(sessions).where(eq(sessions.id, id)).returning({ userId })
  if (ended) signalSessionsEnd(tx, ended.userId)
}

/** Streams that were opened with a session that has ended end, too, in whatever process they are. */
export function signalSessionsEnd(tx: Writer, userId: number): void {
  tx.signal(`sessions:${userId}`)
}

/** Ends somebody's own session; false if it is not theirs, or none. */
export async function endOwnSession(tx: Writer, own: { id: number; userId: number }): Promise<boolean> {
  const ended = await tx
    .delete(sessions)
    .where(and(eq(sessions.id, own.id), eq(sessions.userId, own.userId)))
    .returning({ id: sessions.id })
  signalSessionsEnd(tx, own.userId)
  return ended.length > 0
}

/** Signs somebody out everywhere but here; returns how many sessions that ended. */
export async function endOtherSessions(tx: Writer, { id, session }: Viewer): Promise<number> {
  const ended = await tx
    .delete(sessions)
    .where(and(eq(sessions.userId, id), ne(sessions.id, session.id)))
    .returning({ id: sessions.id })
  signalSessionsEnd(tx, id)
  return ended.length
}

export async function endSessionsOf(tx: Writer, userId: number): Promise<void> {
  await tx.delete(sessions).where(eq(sessions.userId, userId))
  signalSessionsEnd(tx, userId)
}

export type OpenSession = { id: number; label: string; createdAt: Date; lastUsedAt: Date }

/** Somebody's sessions that can still be used, the last used first: the fifty that matter. */
export async function listSessions(db: Reader, userId: number, now: Date): Promise<OpenSession[]> {
  const { id, label, createdAt, lastUsedAt } = sessions
  return db
    .select({ id, label, createdAt, lastUsedAt })
    .from(sessions)
    .where(and(eq(sessions.userId, userId), gt(sessions.expiresAt, now)))
    .orderBy(desc(lastUsedAt), desc(id))
    .limit(50)
}

function expiry({ persistent }: { persistent: boolean }, now: Date): Date {
  return new Date(now.getTime() + lifetimeOf(persistent))
}
