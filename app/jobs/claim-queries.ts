/** The statements of an attempt about its job: none has an effect once another attempt holds the claim. */
import { randomUUID } from 'node:crypto'
import type { Database, Reader, Writer } from '../database/database.ts'
import { jobs } from '../database/schema.ts'
import { and, asc, eq, gt, inArray, isNotNull, lte, or, skipLocked, sql } from '../database/sql.ts'
import { ClaimLost } from './definition.ts'
import { finished, type Progress } from './queries.ts'

const columns = {
  id: jobs.id,
  name: jobs.name,
  input: jobs.input,
  userId: jobs.userId,
  attempts: jobs.attempts,
  createdAt: jobs.createdAt,
}
/** A job claimed by an attempt, which `claim` names: the next one replaces it, and this one can store nothing more. */
export type ClaimedJob = Pick<typeof jobs.$inferSelect, keyof typeof columns> & { claim: string }

export type Claim = Pick<ClaimedJob, 'id' | 'claim'>

/**
 * An expression instead of the plain column, for which SQLite would collect all jobs of these names by their index,
 * finished or not, and sort them, instead of walking along the few due ones.
 */
const isNamed = (names: string[]) => inArray(sql`coalesce(${jobs.name}, '')`, names)

/** Claims the job with one of these names that has been due longest, in one statement, so that no two workers get it. */
export async function claimJob(
  tx: Writer,
  { names, now, until }: { names: string[]; now: Date; until: Date },
): Promise<ClaimedJob | undefined> {
  const due = sql`(select ${jobs.id} from ${jobs} where ${and(isNamed(names), lte(jobs.dueAt, now))}
    order by ${jobs.dueAt}, ${jobs.id} limit 1 ${skipLocked})`
  const claim = randomUUID()
  const [claimed] = await tx
    .update(jobs)
    .set({ state: 'running', claim, dueAt: until, attempts: sql`${jobs.attempts} + 1` })
    .where(eq(jobs.id, due))
    .returning(columns)
  return claimed && { ...claimed, claim }
}

/** By how much the clocks of two machines may differ; longer than any lease. */
const clockToleranceMs = 600_000

/** Makes jobs due that were enqueued or claimed while the clock was ahead. Returns how many. */
export async function reclaimExpiredJobs(db: Database, now: Date): Promise<number> {
  const later = new Date(now.getTime() + clockToleranceMs)
  const isImpossible = and(gt(jobs.dueAt, later), or(gt(jobs.createdAt, later), eq(jobs.state, 'running')))
  if ((await db.$count(jobs, isImpossible)) === 0) return 0
  const reclaimed = await db.transaction(tx =>
    tx.update(jobs).set({ dueAt: now }).where(isImpossible).returning({ id: jobs.id }),
  )
  return reclaimed.length
}

/** When the next job with one of these names is due. */
export async function nextDueAt(db: Reader, names: string[]): Promise<Date | undefined> {
  const [next] = await db
    .select({ dueAt: jobs.dueAt })
    .from(jobs)
    .where(and(isNotNull(jobs.dueAt), isNamed(names)))
    .orderBy(asc(jobs.dueAt), asc(jobs.id))
    .limit(1)
  return next?.dueAt ?? undefined
}

/** The claims among these that are still held. */
export async function claimsHeld(db: Reader, claims: Claim[]): Promise<string[]> {
  const ids = claims.map(({ id }) => id)
  const held = await db.select({ claim: jobs.claim }).from(jobs).where(inArray(jobs.id, ids))
  return held.map(({ claim }) => String(claim))
}

/**
 * Extends the lease. As the first statement of a transaction it also locks the job until the commit.
 * @throws ClaimLost when another attempt holds the claim
 */
export async function renewClaim(tx: Writer, claim: Claim, until: Date): Promise<void> {
  await updateClaimed(tx, claim, { dueAt: until })
}

export async function setProgress(tx: Writer, claim: Claim, progress: Progress): Promise<void> {
  await updateClaimed(tx, claim, { progress })
  tx.invalidates(`job:${claim.id}`)
}

/** Marks a job as done and frees its unique key. */
export async function finishJob(tx: Writer, claim: Claim, now: Date): Promise<void> {
  await updateClaimed(tx, claim, { ...finished, state: 'done', error: null, finishedAt: now })
  tx.invalidates(`job:${claim.id}`)
}

/** Stores the result, unless the job was deleted together with its owner. */
export async function setResult(tx: Writer, id: number, result: unknown): Promise<void> {
  await tx.update(jobs).set({ result }).where(eq(jobs.id, id))
}

export async function postponeJob(
  tx: Writer,
  claim: Claim,
  { error, at }: { error: string; at: Date },
): Promise<void> {
  await updateClaimed(tx, claim, { state: 'waiting', claim: null, error, dueAt: at })
}

/** Marks a job as dead: it is not retried until an operator retries it. */
export async function failJob(
  tx: Writer,
  claim: Claim,
  { error, now }: { error: string; now: Date },
): Promise<void> {
  await updateClaimed(tx, claim, { ...finished, state: 'parked', error, finishedAt: now })
  tx.invalidates(`job:${claim.id}`)
}

/** Makes a job due at once, without counting this attempt. */
export async function releaseJob(tx: Writer, claim: Claim, now: Date): Promise<void> {
  const attempts = sql`${jobs.attempts} - 1`
  await updateClaimed(tx, claim, { state: 'waiting', claim: null, dueAt: now, attempts })
  tx.invalidates('jobs')
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
  if (updated.length === 0) throw new ClaimLost(`attempt ${claim} lost its claim of job ${id}`)
}
