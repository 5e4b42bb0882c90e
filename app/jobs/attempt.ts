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

export type WorkerParts = Pick<JobContext, 'db' | 'config' | 'storage' | 'log'>
/** `leaseMs` are the milliseconds without a heartbeat after which an attempt counts as dead. */
type AttemptParts = WorkerParts & Pick<JobContext, 'now'> & { leaseMs: number }

export class Attempt {
  readonly job: ClaimedJob
  /** Resolves at the end of the attempt; never rejects. */
  readonly ended: Promise<void>
  readonly #definition: JobDefinition
  readonly #parts: AttemptParts
  readonly #controller = new AbortController()

  constructor(job: ClaimedJob, definition: JobDefinition, parts: AttemptParts) {
    const log = parts.log.child({ job: job.id, name: job.name, attempt: job.attempts })
    this.job = job
    this.#definition = definition
    this.#parts = { ...parts, log }
    this.ended = this.#run()
  }

  /** Aborts the attempt's signal. */
  abort(reason: string): void {
    this.#controller.abort(new ClaimLost(reason))
  }

  /** Aborts the attempt and makes the job due for another worker at once. */
  async release(): Promise<void> {
    const { db, now } = this.#parts
    this.abort('the worker is stopping')
    await db.transaction(tx => releaseJob(tx, this.job, now())).catch(ignoreLostClaim)
  }

  async #run(): Promise<void> {
    const { log } = this.#parts
    const heartbeat = this.#startHeartbeat()
    try {
      await this.#runAndFinish()
      log.info('job done')
    } catch (error) {
      await this.#recordFailure(error).catch(cause =>
        log.error({ err: cause }, 'the failure of a job was not recorded; it is retried when its lease ends'),
      )
    } finally {
      clearInterval(heartbeat)
    }
  }

  async #runAndFinish(): Promise<void> {
    const { db, now } = this.#parts
    if (this.job.attempts > this.#definition.attempts)
      throw new PermanentFailure('its worker process died at every attempt')
    const finish = await this.#definition.run(this.job.input as never, this.#context())
    await db.transaction(async tx => {
      await finishJob(tx, this.job, now())
      const result = typeof finish === 'function' ? await finish(tx) : finish
      if (result !== undefined) await setResult(tx, this.job.id, result)
    })
  }

  #context(): JobContext {
    const { id, userId, createdAt, attempts: attempt } = this.job
    const { signal } = this.#controller
    const transaction = async <T>(work: (tx: Writer) => Promise<T>): Promise<T> => {
      signal.throwIfAborted()
      return this.#parts.db.transaction(async tx => {
        await renewClaim(tx, this.job, leaseEnd(this.#parts))
        return work(tx)
      })
    }
    let lastProgress = -Infinity
    const progress = async (done: number, total: number) => {
      const now = performance.now()
      if (now - lastProgress < 200) return
      lastProgress = now
      await transaction(tx => setProgress(tx, this.job, { done, total }))
    }
    return { ...this.#parts, id, userId, createdAt, attempt, signal, progress, transaction }
  }

  /** Renews the claim until the timer is cleared; aborts the attempt when the claim is lost or expired. */
  #startHeartbeat(): NodeJS.Timeout {
    const { db, log, now, leaseMs } = this.#parts
    let heldUntil = leaseEnd(this.#parts)
    const beat = async () => {
      const until = leaseEnd(this.#parts)
      try {
        await db.transaction(tx => renewClaim(tx, this.job, until))
        heldUntil = until
      } catch (error) {
        if (error instanceof ClaimLost) this.#controller.abort(error)
        else if (now() > heldUntil) this.abort('the database was unavailable for too long')
        else log.warn({ err: error }, 'the claim of a job was not renewed')
      }
    }
    return setInterval(() => void beat(), leaseMs / 3).unref()
  }

  /** Schedules the next attempt, or none after the last; does nothing for an aborted attempt. */
  async #recordFailure(failure: unknown): Promise<void> {
    const { job } = this
    const { db, log, now } = this.#parts
    if (failure instanceof ClaimLost || this.#controller.signal.aborted) return log.info('job aborted')
    const cause = causeOf(failure)
    const last = failure instanceof PermanentFailure || job.attempts >= this.#definition.attempts
    log[last ? 'error' : 'warn']({ err: failure }, last ? 'job dead' : 'job failed, will be retried')
    await db
      .transaction(tx => {
        if (last) return failJob(tx, job, { error: cause, now: now() })
        const at = new Date(now().getTime() + retryDelayMs(job.attempts))
        return postponeJob(tx, job, { error: cause, at })
      })
      .catch(ignoreLostClaim)
  }
}

export function leaseEnd({ now, leaseMs }: Pick<AttemptParts, 'now' | 'leaseMs'>): Date {
  return new Date(now().getTime() + leaseMs)
}

/** Exponential backoff: 5 s, 10 s, 20 s … up to an hour, with 25 % of jitter. */
function retryDelayMs(failures: number): number {
  return Math.min(5_000 * 2 ** (failures - 1), 3_600_000) * (0.75 + Math.random() / 2)
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
