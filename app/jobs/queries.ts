import { randomUUID } from 'node:crypto'
import { type Reader, type Writer } from '../database/database.ts'
import { jobs } from '../database/schema.ts'
import { and, asc, count, desc, eq, inArray, isNotNull, lte, skipLocked, sql } from '../database/sql.ts'
import { ClaimLost } from './definition.ts'

/** A job that an attempt has taken up. */
export type ClaimedJob = {
  id: number
  name: string
  input: unknown
  userId: number | null
  attempts: number
  /** Names this attempt: whoever claims the job next names it anew, and this one can store nothing more. */
  claim: string
  createdAt: Date
}

/** Which attempt it is, and until when nobody else may take its job up. */
export type Claim = Pick<ClaimedJob, 'id' | 'claim'>

/**
 * Takes up the job that has been due longest, among those with these names; undefined when nothing is due.
 * One atomic statement: no two workers ever get the same one.
 */
export async function claimJob(
  tx: Writer,
  { names, now, until }: { names: string[]; now: Date; until: Date },
): Promise<ClaimedJob | undefined> {
  const due = sql`(select ${jobs.id} from ${jobs} where ${and(inArray(jobs.name, names), lte(jobs.dueAt, now))}
    order by ${jobs.dueAt}, ${jobs.id} limit 1 ${skipLocked})`
  const claim = randomUUID()
  const [claimed] = await tx
    .update(jobs)
    .set({ state: 'running', claim, dueAt: until, attempts: sql`${jobs.attempts} + 1` })
    .where(eq(jobs.id, due))
    .returning({
      id: jobs.id,
      name: jobs.name,
      input: jobs.input,
      userId: jobs.userId,
      attempts: jobs.attempts,
      createdAt: jobs.createdAt,
    })
  return claimed && { ...claimed, claim }
}

/** When the next job with one of these names may be taken up, if there is any. */
export async function nextDueAt(db: Reader, names: string[]): Promise<Date | undefined> {
  const [next] = await db
    .select({ dueAt: jobs.dueAt })
    .from(jobs)
    .where(and(isNotNull(jobs.dueAt), inArray(jobs.name, names)))
    .orderBy(asc(jobs.dueAt), asc(jobs.id))
    .limit(1)
  return next?.dueAt ?? undefined
}

/** Those of these attempts that still have their jobs. */
export async function claimsHeld(db: Reader, claims: string[]): Promise<string[]> {
  const held = await db.select({ claim: jobs.claim }).from(jobs).where(inArray(jobs.claim, claims))
  return held.map(({ claim }) => String(claim))
}

/**
 * Keeps a job for longer. As the first statement of a transaction it also makes sure that nobody takes the
 * job away before the transaction has committed.
 * @throws ClaimLost when somebody has
 */
export async function renewClaim(tx: Writer, claim: Claim, until: Date): Promise<void> {
  await updateClaimed(tx, claim, { dueAt: until })
}

export async function setProgress(tx: Writer, claim: Claim, progress: Progress): Promise<void> {
  await updateClaimed(tx, claim, { progress })
  tx.signal(jobTopic(claim.id))
}

export type Progress = { done: number; total: number }

/** What is signalled when a job has got further, or is finished. */
export function jobTopic(id: number): string {
  return `job:${id}`
}

const finished = { dueAt: null, claim: null, uniqueKey: null }

/** Marks a job as done; its unique key is free from here on. */
export async function finishJob(tx: Writer, claim: Claim, now: Date): Promise<void> {
  await updateClaimed(tx, claim, { ...finished, state: 'done', error: null, finishedAt: now })
  tx.signal(jobTopic(claim.id))
}

/** What a finished job leaves; nothing, if its work deleted it together with whose it was. */
export async function setResult(tx: Writer, id: number, result: unknown): Promise<void> {
  await tx.update(jobs).set({ result }).where(eq(jobs.id, id))
}

/** Another attempt at another time. */
export async function postponeJob(
  tx: Writer,
  claim: Claim,
  { error, at }: { error: string; at: Date },
): Promise<void> {
  await updateClaimed(tx, claim, { state: 'waiting', claim: null, error, dueAt: at })
}

/** No more attempts until somebody has looked at it. */
export async function parkJob(
  tx: Writer,
  claim: Claim,
  { error, now }: { error: string; now: Date },
): Promise<void> {
  await updateClaimed(tx, claim, { ...finished, state: 'parked', error, finishedAt: now })
  tx.signal(jobTopic(claim.id))
}

/** Gives a job back as if this attempt had not been: somebody else may take it up at once. */
export async function giveJobBack(tx: Writer, claim: Claim, now: Date): Promise<void> {
  const attempts = sql`${jobs.attempts} - 1`
  await updateClaimed(tx, claim, { state: 'waiting', claim: null, dueAt: now, attempts })
  tx.signal('jobs')
}

async function updateClaimed(
  tx: Writer,
  { id, claim }: Claim,
  change: Parameters<ReturnType<typeof tx.update<typeof jobs>>['set']>[0],
): Promise<void> {
  const updated = await tx
    .update(jobs)
    .set(change)
    .where(and(eq(jobs.id, id), eq(jobs.claim, claim)))
    .returning({ id: jobs.id })
  if (updated.length === 0) throw new ClaimLost(`attempt ${claim} of job ${id} was given up`)
}

/** Cancels a job that is not finished; one that is being worked on is told, and can store nothing more. */
export async function cancelJob(tx: Writer, id: number, now: Date): Promise<boolean> {
  const cancelled = await tx
    .update(jobs)
    .set({ ...finished, state: 'cancelled', finishedAt: now })
    .where(and(eq(jobs.id, id), inArray(jobs.state, ['waiting', 'running'])))
    .returning({ id: jobs.id })
  if (cancelled.length === 0) return false
  tx.signal(cancelTopic)
  tx.signal(jobTopic(id))
  return true
}

export const cancelTopic = 'jobs.cancel'

/** Gives a parked or cancelled job all its attempts again, beginning now. */
export async function retryJob(tx: Writer, id: number, now: Date): Promise<boolean> {
  const retried = await tx
    .update(jobs)
    .set({ state: 'waiting', dueAt: now, attempts: 0, finishedAt: null })
    .where(and(eq(jobs.id, id), inArray(jobs.state, ['parked', 'cancelled'])))
    .returning({ id: jobs.id })
  if (retried.length > 0) tx.signal('jobs')
  return retried.length > 0
}

/** How far a job is. */
export async function findJob(db: Reader, id: number) {
  const [found] = await db
    .select({
      id: jobs.id,
      state: jobs.state,
      progress: jobs.progress,
      result: jobs.result,
      error: jobs.error,
      attempts: jobs.attempts,
      dueAt: jobs.dueAt,
    })
    .from(jobs)
    .where(eq(jobs.id, id))
  return found
}

export async function countJobs(db: Reader) {
  return db.select({ state: jobs.state, count: count() }).from(jobs).groupBy(jobs.state).orderBy(jobs.state)
}

/** The newest jobs in a state. */
export async function listJobs(db: Reader, state: string, most: number) {
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
    .limit(most)
}
