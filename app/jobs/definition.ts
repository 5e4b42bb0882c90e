/** The definition of a job; each feature defines its own in jobs.ts. */
import type { FastifyBaseLogger } from 'fastify'
import type { Config } from '../config.ts'
import type { Database, Writer } from '../database/database.ts'
import type { Storage } from '../storage/storage.ts'
import type { Jobs } from './queue.ts'

export type JobContext = {
  db: Database
  config: Config
  storage: Storage
  log: FastifyBaseLogger
  id: number
  createdAt: Date
  userId: number | null
  /** The worker's clock, which a test may advance. */
  now(): Date
  /** 1 at the first attempt. */
  attempt: number
  /** Aborts when the job is cancelled or claimed by another worker, or when this worker stops. */
  signal: AbortSignal
  /** Stores the progress, at most every 200 ms; other calls are ignored. */
  progress(done: number, total: number): Promise<void>
  /**
   * Like db.transaction, but only the attempt that holds the claim can commit.
   * @throws ClaimLost otherwise
   */
  transaction<T>(work: (tx: Writer) => Promise<T>): Promise<T>
}

/** Runs in the transaction that marks the job as done, so once; it returns the job's result. */
export type Finish = (tx: Writer) => Promise<unknown>

export type JobDefinition<Name extends keyof Jobs = keyof Jobs> = {
  name: Name
  /** After this many failures the job is dead until an operator retries it. */
  attempts: number
  /** The most jobs of this name that a worker runs at the same time, so that slow ones leave room for others. */
  concurrency?: number
  /**
   * May run more than once, because its worker may be killed: writes belong into the Finish that it returns. Any
   * other return value is stored as the result, as JSON.
   */
  run(input: Jobs[Name], context: JobContext): Promise<Finish | Record<string, unknown> | null | void>
}

/** Every job that is declared in Jobs. */
export type JobDefinitions = { [Name in keyof Jobs]: JobDefinition<Name> }

export function defineJob<Name extends keyof Jobs>(definition: JobDefinition<Name>): JobDefinition<Name> {
  return definition
}

/** A retry cannot help: the job is dead at once. */
export class PermanentFailure extends Error {
  override readonly name = 'PermanentFailure'
}

/** The attempt no longer holds its claim, so it may store nothing. */
export class ClaimLost extends Error {
  override readonly name = 'ClaimLost'
}
