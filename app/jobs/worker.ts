/** Takes up jobs as they become due, some at a time; any number of workers and processes may do so at once. */
import { ALL, type CacheTag } from '../database/cache-tags.ts'
import { type Attempt, leaseEnd, startAttempt, type WorkerParts } from './attempt.ts'
import { claimJob, claimsHeld, nextDueAt, reclaimExpiredJobs } from './claim-queries.ts'
import type { JobDefinition } from './definition.ts'
import { retryDelayMs } from './failure.ts'
import { oneAtATime } from './throttle.ts'

export type WorkerOptions = {
  /** Jobs at the same time. */
  concurrency?: number
  /** Milliseconds without a heartbeat after which others take the worker's jobs over. */
  lease?: number
  /** Milliseconds that a stop waits for the jobs under way. */
  grace?: number
  /** Milliseconds between failures and new attempts. */
  patience?(failures: number): number
  definitions: Record<string, JobDefinition>
  now?(): Date
}

export type Worker = {
  /** Takes up nothing more, waits a little for the jobs under way, and gives the rest back. */
  stop(): Promise<void>
}

type RunningWorker = WorkerParts & Required<WorkerOptions> & { attempts: Set<Attempt> }

/** Milliseconds after which the queue is looked at even if nobody said that there is something. */
const safetyNet = 5_000

/** Begins to work; its timers never keep a process from ending. */
export function startWorker(parts: WorkerParts, options: WorkerOptions): Worker {
  const worker = benchOf(parts, options)
  let timer: NodeJS.Timeout | undefined
  let isStopped = false
  let stopped: Promise<void> | null = null
  const look = oneAtATime(async () => {
    clearTimeout(timer)
    const wait = await takeUpWhatIsDue(worker, { isStopped: () => isStopped, wake })
    if (!isStopped) timer = setTimeout(wake, wait).unref()
  })
  const wake = () => void look()
  const unlisten = parts.db.listen(invalidation => {
    const isAbout = (tag: CacheTag) => invalidation === ALL || invalidation.has(tag)
    if (isAbout('jobs')) wake()
    if (isAbout('jobs:cancelled')) void abandonLost(worker)
  })
  void bringBack(worker).then(wake)
  const stop = async () => {
    isStopped = true
    unlisten()
    clearTimeout(timer)
    await look()
    await settle(worker)
  }
  return { stop: () => (stopped ??= stop()) }
}

/** The clock may have been put right since this was worked on last. */
async function bringBack({ db, log }: RunningWorker): Promise<void> {
  try {
    const brought = await reclaimExpiredJobs(db, new Date())
    if (brought > 0)
      log.warn({ jobs: brought }, 'jobs waited for a moment that the clock had been wrong about')
  } catch (error) {
    log.warn({ err: error }, 'the queue of jobs could not be read')
  }
}

/** Works on everything that is due, one job after the other, until nothing is: for tests. */
export async function workDueJobs(parts: WorkerParts, options: WorkerOptions): Promise<void> {
  const worker = benchOf(parts, options)
  const names = Object.keys(worker.definitions)
  for (;;) {
    const job = await claim(worker, names)
    if (!job) return
    await startAttempt(job, worker, termsOf(worker, job.name)).ended
  }
}

function benchOf(parts: WorkerParts, options: WorkerOptions): RunningWorker {
  const { db, config, log } = parts
  const defaults = {
    concurrency: 4,
    lease: 30_000,
    grace: 3_000,
    patience: retryDelayMs,
    now: () => new Date(),
  }
  return { ...defaults, ...options, db, config, log, attempts: new Set() }
}

function termsOf({ definitions, lease, patience }: RunningWorker, name: string) {
  return { definition: definitions[name] as JobDefinition, lease, patience }
}

function claim({ db, now, lease }: RunningWorker, names: string[]) {
  return db.transaction(tx => claimJob(tx, { names, now: now(), until: leaseEnd({ now }, lease) }))
}

/** Returns the milliseconds until there is reason to look again. */
async function takeUpWhatIsDue(
  bench: RunningWorker,
  { isStopped, wake }: { isStopped(): boolean; wake(): void },
): Promise<number> {
  try {
    while (!isStopped() && bench.attempts.size < bench.concurrency) {
      const names = namesWithRoom(bench)
      const now = bench.now()
      const dueAt = await nextDueAt(bench.db, names)
      // Claiming is a write, so a look at an empty queue is a read.
      if (!dueAt || dueAt > now)
        return Math.min(safetyNet, dueAt ? dueAt.getTime() - now.getTime() : safetyNet)
      const job = isStopped() ? undefined : await claim(bench, names)
      // Another worker was quicker.
      if (!job) return 50 + Math.random() * 100
      begin(bench, startAttempt(job, bench, termsOf(bench, job.name)), wake)
    }
  } catch (error) {
    bench.log.warn({ err: error }, 'the queue of jobs could not be read')
  }
  return safetyNet
}

/** Jobs of a kind that has its full number under way wait, and those behind them do not. */
function namesWithRoom({ definitions, attempts }: RunningWorker): string[] {
  const underWay = (name: string) => [...attempts].filter(({ job }) => job.name === name).length
  return Object.values(definitions)
    .filter(({ name, atOnce = Infinity }) => underWay(name) < atOnce)
    .map(({ name }) => name)
}

function begin({ attempts }: RunningWorker, attempt: Attempt, wake: () => void): void {
  const ended = async () => {
    await attempt.ended
    attempts.delete(attempt)
    wake()
  }
  attempts.add(attempt)
  void ended()
}

/** Reads only: in answer to ALL, a write would be what other processes answer to. */
async function abandonLost({ db, log, attempts }: RunningWorker): Promise<void> {
  if (attempts.size === 0) return
  const all = [...attempts]
  try {
    const held = await claimsHeld(
      db,
      all.map(({ job }) => job),
    )
    for (const attempt of all) if (!held.includes(attempt.job.claim)) attempt.abandon('cancelled')
  } catch (error) {
    log.warn({ err: error }, 'the claims of jobs could not be read')
  }
}

/** Lets the jobs under way end, for a while, and gives back those that do not. */
async function settle({ attempts, grace, log }: RunningWorker): Promise<void> {
  const all = [...attempts]
  const timeUp = Promise.withResolvers<void>()
  const timer = setTimeout(timeUp.resolve, grace)
  await Promise.race([Promise.all(all.map(({ ended }) => ended)), timeUp.promise])
  clearTimeout(timer)
  const given = [...attempts].map(attempt => attempt.giveBack())
  await Promise.all(given).catch(error => log.warn({ err: error }, 'a job was not given back'))
}
