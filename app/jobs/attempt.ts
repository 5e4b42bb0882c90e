/** One attempt at a job: it is kept alive by a heartbeat, and what comes of it is stored once or not at all. */
import type { Writer } from '../database/database.ts'
import {
  type ClaimedJob,
  failJob,
  finishJob,
  postponeJob,
  releaseJob,
  renewClaim,
  setProgress,
  setResult,
} from './claim-queries.ts'
import { ClaimLost, type JobContext, type JobDefinition, PermanentFailure } from './definition.ts'
import { causeOf } from './failure.ts'
import { atMostEvery } from './throttle.ts'

export type WorkerParts = Pick<JobContext, 'db' | 'config' | 'log'>
type Clocked = WorkerParts & Pick<JobContext, 'now'>

export type Attempt = {
  job: ClaimedJob
  /** Resolves when nothing is left to do for this attempt; never rejects. */
  ended: Promise<void>
  /** Tells the work that nobody waits for it any more. */
  abandon(reason: string): void
  /** Abandons the work and lets another worker take the job up at once. */
  giveBack(): Promise<void>
}

type Terms = {
  definition: JobDefinition
  /** Milliseconds after which an attempt without a heartbeat is taken for dead. */
  lease: number
  /** Milliseconds to wait after that many failures. */
  patience(failures: number): number
}

export function startAttempt(job: ClaimedJob, parts: Clocked, terms: Terms): Attempt {
  const controller = new AbortController()
  const abandon = (reason: string) => controller.abort(new ClaimLost(reason))
  const ended = work(job, parts, { ...terms, controller })
  return {
    job,
    ended,
    abandon,
    giveBack: async () => {
      abandon('the worker is stopping')
      await parts.db.transaction(tx => releaseJob(tx, job, parts.now())).catch(ignoreLostClaim)
    },
  }
}

async function work(
  job: ClaimedJob,
  parts: Clocked,
  terms: Terms & { controller: AbortController },
): Promise<void> {
  const log = parts.log.child({ job: job.id, name: job.name, attempt: job.attempts })
  const stopBeating = keepClaim(job, { ...parts, log }, terms)
  try {
    await runToItsEnd(job, { ...parts, log }, terms)
    log.info('job done')
  } catch (error) {
    await recordFailure(job, { ...parts, log }, { ...terms, error }).catch(cause =>
      log.error(
        { err: cause },
        'the failure of a job was not recorded; it is tried again when its lease ends',
      ),
    )
  } finally {
    stopBeating()
  }
}

async function runToItsEnd(
  job: ClaimedJob,
  parts: Clocked,
  terms: Terms & { controller: AbortController },
): Promise<void> {
  const { definition, controller } = terms
  if (job.attempts > definition.attempts)
    throw new PermanentFailure('the process that worked on it ended, time after time')
  const context = contextOf(job, parts, { ...terms, signal: controller.signal })
  const finish = await definition.run(job.input as never, context)
  await parts.db.transaction(async tx => {
    await finishJob(tx, job, parts.now())
    const result = typeof finish === 'function' ? await finish(tx) : finish
    if (result !== undefined) await setResult(tx, job.id, result)
  })
}

function contextOf(
  job: ClaimedJob,
  parts: Clocked,
  { lease, signal }: { lease: number; signal: AbortSignal },
): JobContext {
  const { id, userId, createdAt, attempts: attempt } = job
  const transaction = async <T>(work: (tx: Writer) => Promise<T>): Promise<T> => {
    signal.throwIfAborted()
    return parts.db.transaction(async tx => {
      await renewClaim(tx, job, leaseEnd(parts, lease))
      return work(tx)
    })
  }
  const progress = atMostEvery(200, (done: number, total: number) =>
    transaction(tx => setProgress(tx, job, { done, total })),
  )
  return { ...parts, id, userId, createdAt, attempt, signal, progress, transaction }
}

export function leaseEnd({ now }: Pick<JobContext, 'now'>, lease: number): Date {
  return new Date(now().getTime() + lease)
}

/** Renews the claim until the work has ended; abandons the work when the claim is lost, or may be. */
function keepClaim(
  job: ClaimedJob,
  { db, log, now }: Clocked,
  { lease, controller }: { lease: number; controller: AbortController },
): () => void {
  let heldUntil = leaseEnd({ now }, lease)
  const beat = async () => {
    const until = leaseEnd({ now }, lease)
    try {
      await db.transaction(tx => renewClaim(tx, job, until))
      heldUntil = until
    } catch (error) {
      if (error instanceof ClaimLost) controller.abort(error)
      else if (now() > heldUntil) controller.abort(new ClaimLost('the database was away for too long'))
      else log.warn({ err: error }, 'the claim of a job was not renewed')
    }
  }
  const timer = setInterval(() => void beat(), lease / 3)
  timer.unref()
  return () => clearInterval(timer)
}

/** Another attempt later, or none; nothing when the attempt had been given up. */
async function recordFailure(
  job: ClaimedJob,
  { db, log, now }: Clocked,
  { definition, patience, controller, error }: Terms & { controller: AbortController; error: unknown },
): Promise<void> {
  if (error instanceof ClaimLost || controller.signal.aborted) return log.info('the attempt was given up')
  const cause = causeOf(error)
  const last = error instanceof PermanentFailure || job.attempts >= definition.attempts
  log[last ? 'error' : 'warn']({ err: error }, last ? 'job parked' : 'job failed, to be tried again')
  await db
    .transaction(tx => {
      if (last) return failJob(tx, job, { error: cause, now: now() })
      const at = new Date(now().getTime() + patience(job.attempts))
      return postponeJob(tx, job, { error: cause, at })
    })
    .catch(ignoreLostClaim)
}

function ignoreLostClaim(error: unknown): void {
  if (!(error instanceof ClaimLost)) throw error
}
