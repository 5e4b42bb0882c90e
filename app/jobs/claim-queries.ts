/** What an attempt says about its job: nothing of it holds once somebody else has taken the job up. */
import { randomUUID } from 'node:crypto'
import type { Database, Reader, Writer } from '../database/database.ts'
import { jobs } from '../database/schema.ts'
import { and, asc, eq, gt, inArray, isNotNull, lte, or, skipLocked, sql } from '../database/sql.ts'
import { ClaimLost } from './definition.ts'
import { finished, type Progress } from './queries.ts'

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
 * One of these names. As an expression, because for the plain column SQLite would gather everything of these
 * names, finished or not, by their index and sort it, instead of walking along the few that are due.
 */
const isNamed = (names: string[]) => inArray(sql`coalesce(${jobs.name}, '')`, names)

/**
 * Takes up the job that has been due longest, among those with these names; undefined when nothing is due.
 * One atomic statement: no two workers ever get the same one.
 */
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

/** Milliseconds by which the clocks of two machines may differ, and more than any lease. */
const tolerance = 600_000

/**
 * Makes due what would wait for a moment that a wrong clock has named: jobs that were enqueued, or taken up, in what
 * is the future now. Returns how many there were.
 */
export async function reclaimExpiredJobs(db: Database, now: Date): Promise<number> {
  const later = new Date(now.getTime() + tolerance)
  const isImpossible = and(gt(jobs.dueAt, later), or(gt(jobs.createdAt, later), eq(jobs.state, 'running')))
  if ((await db.$count(jobs, isImpossible)) === 0) return 0
  const brought = await db.transaction(tx =>
    tx.update(jobs).set({ dueAt: now }).where(isImpossible).returning({ id: jobs.id }),
  )
  return brought.length
}

/** When the next job with one of these names may be taken up, if there is any. */
export async function nextDueAt(db: Reader, names: string[]): Promise<Date | undefined> {
  const [next] = await db
    .select({ dueAt: jobs.dueAt })
    .from(jobs)
    .where(and(isNotNull(jobs.dueAt), isNamed(names)))
    .orderBy(asc(jobs.dueAt), asc(jobs.id))
    .limit(1)
  return next?.dueAt ?? undefined
}

/** Those of these attempts that still have their jobs. */
export async function claimsHeld(db: Reader, claims: Claim[]): Promise<string[]> {
  const ids = claims.map(({ id }) => id)
  const held = await db.select({ claim: jobs.claim }).from(jobs).where(inArray(jobs.id, ids))
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
  tx.invalidates(`job:${claim.id}`)
}

/** Marks a job as done; its unique key is free from here on. */
export async function finishJob(tx: Writer, claim: Claim, now: Date): Promise<void> {
  await updateClaimed(tx, claim, { ...finished, state: 'done', error: null, finishedAt: now })
  tx.invalidates(`job:${claim.id}`)
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
export async function failJob(
  tx: Writer,
  claim: Claim,
  { error, now }: { error: string; now: Date },
): Promise<void> {
  await updateClaimed(tx, claim, { ...finished, state: 'parked', error, finishedAt: now })
  tx.invalidates(`job:${claim.id}`)
}

/** Gives a job back as if this attempt had not been: somebody else may take it up at once. */
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
  if (updated.length === 0) throw new ClaimLost(`attempt ${claim} of job ${id} was given up`)
}
