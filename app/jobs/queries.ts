import type { Reader, Writer } from '../database/database.ts'
import { daysBefore, type RetentionRule } from '../database/retention.ts'
import { jobs } from '../database/schema.ts'
import { and, count, desc, eq, inArray, lt } from '../database/sql.ts'

export type Progress = { done: number; total: number }

/** Columns that a finished job clears. */
export const finished = { dueAt: null, claim: null, uniqueKey: null }

/** Cancels an unfinished job; a running attempt is notified and can store nothing more. */
export async function cancelJob(tx: Writer, id: number, now: Date): Promise<boolean> {
  const cancelled = await tx
    .update(jobs)
    .set({ ...finished, state: 'cancelled', finishedAt: now })
    .where(and(eq(jobs.id, id), inArray(jobs.state, ['waiting', 'running'])))
    .returning({ id: jobs.id })
  if (cancelled.length === 0) return false
  tx.invalidates('jobs:cancelled', `job:${id}`)
  return true
}

/** Makes a dead or cancelled job due now, with all its attempts. */
export async function retryJob(tx: Writer, id: number, now: Date): Promise<boolean> {
  const retried = await tx
    .update(jobs)
    .set({ state: 'waiting', dueAt: now, attempts: 0, finishedAt: null })
    .where(and(eq(jobs.id, id), inArray(jobs.state, ['parked', 'cancelled'])))
    .returning({ id: jobs.id })
  if (retried.length > 0) tx.invalidates('jobs')
  return retried.length > 0
}

export async function countJobs(db: Reader) {
  return db.select({ state: jobs.state, count: count() }).from(jobs).groupBy(jobs.state).orderBy(jobs.state)
}

/** The newest jobs in a state. */
export async function listJobs(db: Reader, state: string, max: number) {
  return db
    .select({
      id: jobs.id,
      name: jobs.name,
      attempts: jobs.attempts,
      error: jobs.error,
      createdAt: jobs.createdAt,
      dueAt: jobs.dueAt,
    })
    .from(jobs)
    .where(eq(jobs.state, state))
    .orderBy(desc(jobs.id))
    .limit(max)
}

export const finishedJobs: RetentionRule = {
  from: jobs,
  key: [jobs.id],
  where: now => and(inArray(jobs.state, ['done', 'cancelled']), lt(jobs.finishedAt, daysBefore(now, 1))),
}

/** The database calls dead jobs `parked`. */
export const deadJobs: RetentionRule = {
  from: jobs,
  key: [jobs.id],
  where: now => and(eq(jobs.state, 'parked'), lt(jobs.finishedAt, daysBefore(now, 30))),
}
