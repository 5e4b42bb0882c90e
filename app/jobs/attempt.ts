/** One attempt at a job, kept alive by a heartbeat; its effects are stored once or not at all. */
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
import { atMostEvery } from './throttle.ts'

export type WorkerParts = Pick<JobContext, 'db' | 'config' | 'log'>
type Clocked = WorkerParts & Pick<JobContext, 'now'>

export type Attempt = {
  job: ClaimedJob
  /** Resolves at the end of the attempt; never rejects. */
  ended: Promise<void>
  /** Aborts the attempt's signal. */
  abort(reason: string): void
  /** Aborts the attempt and makes the job due for another worker at once. */
  release(): Promise<void>
}

type Terms = {
  definition: JobDefinition
  /** Milliseconds without a heartbeat after which an attempt counts as dead. */
  leaseMs: number
  /** Milliseconds before the next attempt, after that many failures. */
  retryDelayMs(failures: number): number
}
type ControlledTerms = Terms & { controller: AbortController }

export function startAttempt(job: ClaimedJob, parts: Clocked, terms: Terms): Attempt {
  const controller = new AbortController()
  const abort = (reason: string) => controller.abort(new ClaimLost(reason))
  const ended = run(job, parts, { ...terms, controller })
  return {
    job,
    ended,
    abort,
    release: async () => {
      abort('the worker is stopping')
      await parts.db.transaction(tx => releaseJob(tx, job, parts.now())).catch(ignoreLostClaim)
    },
  }
}

async function run(job: ClaimedJob, worker: Clocked, terms: ControlledTerms): Promise<void> {
  const log = worker.log.child({ job: job.id, name: job.name, attempt: job.attempts })
  const parts = { ...worker, log }
  const stopHeartbeat = startHeartbeat(job, parts, terms)
  try {
    await runAndFinish(job, parts, terms)
    log.info('job done')
  } catch (error) {
    await recordFailure(job, parts, { ...terms, error }).catch(cause =>
      log.error({ err: cause }, 'the failure of a job was not recorded; it is retried when its lease ends'),
    )
  } finally {
    stopHeartbeat()
  }
}

async function runAndFinish(job: ClaimedJob, parts: Clocked, terms: ControlledTerms): Promise<void> {
  const { definition, controller } = terms
  if (job.attempts > definition.attempts)
    throw new PermanentFailure('its worker process died at every attempt')
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
  { leaseMs, signal }: { leaseMs: number; signal: AbortSignal },
): JobContext {
  const { id, userId, createdAt, attempts: attempt } = job
  const transaction = async <T>(work: (tx: Writer) => Promise<T>): Promise<T> => {
    signal.throwIfAborted()
    return parts.db.transaction(async tx => {
      await renewClaim(tx, job, leaseEnd(parts, leaseMs))
      return work(tx)
    })
  }
  const progress = atMostEvery(200, (done: number, total: number) =>
    transaction(tx => setProgress(tx, job, { done, total })),
  )
  return { ...parts, id, userId, createdAt, attempt, signal, progress, transaction }
}

export function leaseEnd({ now }: Pick<JobContext, 'now'>, leaseMs: number): Date {
  return new Date(now().getTime() + leaseMs)
}

/** Renews the claim until the returned function is called; aborts the attempt when the claim is lost or expired. */
function startHeartbeat(
  job: ClaimedJob,
  { db, log, now }: Clocked,
  { leaseMs, controller }: ControlledTerms,
): () => void {
  let heldUntil = leaseEnd({ now }, leaseMs)
  const beat = async () => {
    const until = leaseEnd({ now }, leaseMs)
    try {
      await db.transaction(tx => renewClaim(tx, job, until))
      heldUntil = until
    } catch (error) {
      if (error instanceof ClaimLost) controller.abort(error)
      else if (now() > heldUntil) controller.abort(new ClaimLost('the database was unavailable for too long'))
      else log.warn({ err: error }, 'the claim of a job was not renewed')
    }
  }
  const timer = setInterval(() => void beat(), leaseMs / 3)
  timer.unref()
  return () => clearInterval(timer)
}

/** Schedules the next attempt, or none after the last; does nothing for an aborted attempt. */
async function recordFailure(
  job: ClaimedJob,
  { db, log, now }: Clocked,
  { definition, retryDelayMs, controller, error }: ControlledTerms & { error: unknown },
): Promise<void> {
  if (error instanceof ClaimLost || controller.signal.aborted) return log.info('job aborted')
  const cause = causeOf(error)
  const last = error instanceof PermanentFailure || job.attempts >= definition.attempts
  log[last ? 'error' : 'warn']({ err: error }, last ? 'job dead' : 'job failed, will be retried')
  await db
    .transaction(tx => {
      if (last) return failJob(tx, job, { error: cause, now: now() })
      const at = new Date(now().getTime() + retryDelayMs(job.attempts))
      return postponeJob(tx, job, { error: cause, at })
    })
    .catch(ignoreLostClaim)
}

function ignoreLostClaim(error: unknown): void {
  if (!(error instanceof ClaimLost)) throw error
}

/** The innermost message, because Drizzle's own quotes the statement with its values: people's texts and hashes. */
function causeOf(error: unknown): string {
  const { message, cause } = Object(error) as { message?: unknown; cause?: unknown }
  if (cause instanceof Error) return causeOf(cause)
  // Without control characters, which a database or terminal may reject, and without the credentials of URLs.
  const text = String(message ?? error).replaceAll(/\p{Cc}+/gu, ' ')
  return text.replaceAll(/(\w+:\/\/)[^\s/@]+@/g, '$1***@').slice(0, 500)
}
