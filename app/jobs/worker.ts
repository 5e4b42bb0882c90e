/** Runs due jobs, several at a time; any number of workers and processes may share the queue. */
import { ALL, type CacheTag } from '../database/cache-tags.ts'
import { Attempt, leaseEnd, type WorkerParts } from './attempt.ts'
import { claimJob, claimsHeld, nextDueAt, reclaimExpiredJobs } from './claim-queries.ts'
import type { JobDefinition } from './definition.ts'

export type WorkerOptions = {
  /** Jobs at the same time. */
  concurrency?: number
  /** Milliseconds without a heartbeat after which other workers claim its jobs. */
  leaseMs?: number
  /** Milliseconds that `stop` waits for running jobs. */
  stopTimeoutMs?: number
  definitions: Record<string, JobDefinition>
  now?(): Date
}

export type Worker = {
  /** Claims no more jobs, waits for running ones up to `stopTimeoutMs`, and releases the rest. */
  stop(): Promise<void>
}

type RunningWorker = WorkerParts & Required<WorkerOptions> & { attempts: Set<Attempt> }

/** The queue is polled at this interval even without a notification. */
const pollIntervalMs = 5_000

/** Starts a worker, whose timers do not keep the process alive. */
export function startWorker(parts: WorkerParts, options: WorkerOptions): Worker {
  const worker = createWorker(parts, options)
  let timer: NodeJS.Timeout | undefined
  let isStopped = false
  let stopped: Promise<void> | null = null
  const poll = oneAtATime(async () => {
    clearTimeout(timer)
    const wait = await startDueJobs(worker, { isStopped: () => isStopped, wake })
    if (!isStopped) timer = setTimeout(wake, wait).unref()
  })
  const wake = () => void poll()
  const unlisten = parts.db.listen(invalidation => {
    const has = (tag: CacheTag) => invalidation === ALL || invalidation.has(tag)
    if (has('jobs')) wake()
    if (has('jobs:cancelled')) void abortLostAttempts(worker)
  })
  void reclaim(worker).then(wake)
  const stop = async () => {
    isStopped = true
    unlisten()
    clearTimeout(timer)
    await poll()
    await finishOrRelease(worker)
  }
  return { stop: () => (stopped ??= stop()) }
}

/** The clock may have been corrected since the last start. */
async function reclaim({ db, log }: RunningWorker): Promise<void> {
  try {
    const reclaimed = await reclaimExpiredJobs(db, new Date())
    if (reclaimed > 0) log.warn({ jobs: reclaimed }, 'jobs were scheduled by a wrong clock: they are due now')
  } catch (error) {
    log.warn({ err: error }, 'the job queue could not be read')
  }
}

/** Runs due jobs one after the other until none is due: for tests. */
export async function workDueJobs(parts: WorkerParts, options: WorkerOptions): Promise<void> {
  const worker = createWorker(parts, options)
  const names = Object.keys(worker.definitions)
  for (;;) {
    const job = await claim(worker, names)
    if (!job) return
    await new Attempt(job, definitionOf(worker, job), worker).ended
  }
}

function createWorker(parts: WorkerParts, options: WorkerOptions): RunningWorker {
  const { db, config, storage, log } = parts
  const defaults = { concurrency: 4, leaseMs: 30_000, stopTimeoutMs: 3_000, now: () => new Date() }
  return { ...defaults, ...options, db, config, storage, log, attempts: new Set() }
}

function definitionOf({ definitions }: RunningWorker, { name }: { name: string }): JobDefinition {
  return definitions[name] as JobDefinition
}

function claim(worker: RunningWorker, names: string[]) {
  const { db, now } = worker
  return db.transaction(tx => claimJob(tx, { names, now: now(), until: leaseEnd(worker) }))
}

/** Returns the milliseconds until the next poll. */
async function startDueJobs(
  worker: RunningWorker,
  { isStopped, wake }: { isStopped(): boolean; wake(): void },
): Promise<number> {
  try {
    while (!isStopped() && worker.attempts.size < worker.concurrency) {
      const names = namesBelowLimit(worker)
      const now = worker.now()
      const dueAt = await nextDueAt(worker.db, names)
      // Claiming is a write, so an empty queue is only read.
      if (!dueAt || dueAt > now)
        return Math.min(pollIntervalMs, dueAt ? dueAt.getTime() - now.getTime() : pollIntervalMs)
      const job = isStopped() ? undefined : await claim(worker, names)
      // Another worker was faster.
      if (!job) return 50 + Math.random() * 100
      const attempt = new Attempt(job, definitionOf(worker, job), worker)
      worker.attempts.add(attempt)
      void attempt.ended.finally(() => {
        worker.attempts.delete(attempt)
        wake()
      })
    }
  } catch (error) {
    worker.log.warn({ err: error }, 'the job queue could not be read')
  }
  return pollIntervalMs
}

/** The names of jobs that run below their concurrency: the others wait without holding these up. */
function namesBelowLimit({ definitions, attempts }: RunningWorker): string[] {
  const running = (name: string) => [...attempts].filter(({ job }) => job.name === name).length
  return Object.values(definitions)
    .filter(({ name, concurrency = Infinity }) => running(name) < concurrency)
    .map(({ name }) => name)
}

/** Only reads: a write in response to ALL would notify the other processes again. */
async function abortLostAttempts({ db, log, attempts }: RunningWorker): Promise<void> {
  if (attempts.size === 0) return
  const all = [...attempts]
  try {
    const held = await claimsHeld(
      db,
      all.map(({ job }) => job),
    )
    for (const attempt of all) if (!held.includes(attempt.job.claim)) attempt.abort('cancelled')
  } catch (error) {
    log.warn({ err: error }, 'the claims of jobs could not be read')
  }
}

/** Waits for the running jobs up to the timeout, then releases the rest. */
async function finishOrRelease({ attempts, stopTimeoutMs, log }: RunningWorker): Promise<void> {
  const all = [...attempts]
  const timeout = Promise.withResolvers<void>()
  const timer = setTimeout(timeout.resolve, stopTimeoutMs)
  await Promise.race([Promise.all(all.map(({ ended }) => ended)), timeout.promise])
  clearTimeout(timer)
  const released = [...attempts].map(attempt => attempt.release())
  await Promise.all(released).catch(error => log.warn({ err: error }, 'a job was not released'))
}

/** Runs one call at a time; calls during a run make it run once more. */
function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null
  let again = false
  const run = async () => {
    do {
      again = false
      await work()
    } while (again)
    running = null
  }
  return () => {
    again = running !== null
    return (running ??= run())
  }
}
