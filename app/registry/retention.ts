/** What nobody needs any more, one line for each kind of rows: the cleaning job deletes it some rows at a time. */
import type { Writer } from '../database/database.ts'
import {
  emailConfirmations,
  exports,
  idempotencyKeys,
  jobs,
  knownDevices,
  locks,
  passwordResets,
  rateLimits,
  sessions,
} from '../database/schema.ts'
import { type AnyColumn, and, eq, inArray, lt, type SQL, sql } from '../database/sql.ts'

type Table = Parameters<Writer['delete']>[0]

/** Rows that may go: `where` finds them, `key` is the table's primary key. */
export type RetentionRule = {
  from: Table
  key: AnyColumn[]
  where(now: Date): SQL | undefined
  atOnce?: number
}

const day = 86_400_000
const daysBefore = (now: Date, days: number) => new Date(now.getTime() - days * day)

export const retention: RetentionRule[] = [
  { from: sessions, key: [sessions.id], where: now => lt(sessions.expiresAt, now) },
  { from: passwordResets, key: [passwordResets.id], where: now => lt(passwordResets.expiresAt, now) },
  {
    from: emailConfirmations,
    key: [emailConfirmations.id],
    where: now => lt(emailConfirmations.expiresAt, now),
  },
  { from: locks, key: [locks.key], where: now => lt(locks.lockedAt, daysBefore(now, 1)) },
  { from: rateLimits, key: [rateLimits.key], where: now => lt(rateLimits.freeAt, now) },
  {
    from: idempotencyKeys,
    key: [idempotencyKeys.userId, idempotencyKeys.key],
    where: now => lt(idempotencyKeys.createdAt, daysBefore(now, 1)),
  },
  {
    from: knownDevices,
    key: [knownDevices.id],
    where: now => lt(knownDevices.lastUsedAt, daysBefore(now, 365)),
  },
  // Each takes its file with it, which may be large.
  { from: exports, key: [exports.id], where: now => lt(exports.expiresAt, now), atOnce: 1 },
  {
    from: jobs,
    key: [jobs.id],
    where: now => and(inArray(jobs.state, ['done', 'cancelled']), lt(jobs.finishedAt, daysBefore(now, 1))),
  },
  {
    from: jobs,
    key: [jobs.id],
    where: now => and(eq(jobs.state, 'parked'), lt(jobs.finishedAt, daysBefore(now, 30))),
  },
]

/** Deletes up to `atOnce` outdated rows and returns how many. */
export async function deleteExpired(
  tx: Writer,
  { from, key, where, atOnce = 500 }: RetentionRule,
  now: Date,
) {
  const keys = sql.join(key, sql`, `)
  const rows = sql`(select ${keys} from ${from} where ${where(now)} limit ${sql.raw(String(atOnce))})`
  const deleted = await tx
    .delete(from)
    .where(sql`(${keys}) in ${rows}`)
    .returning({ key: key[0] as never })
  return deleted.length
}
