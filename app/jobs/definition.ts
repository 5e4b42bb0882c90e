/** What a job is: its name, how often it is tried, and what it does. Each feature defines its own in jobs.ts. */
import type { FastifyBaseLogger } from 'fastify'
import type { Config } from '../config.ts'
import type { Database, Writer } from '../database/database.ts'
import type { Jobs } from './queue.ts'

export type JobContext = {
  db: Database
  config: Config
  log: FastifyBaseLogger
  id: number
  createdAt: Date
  userId: number | null
  /** The moment by the worker's clock, which a test may put forward. */
  now(): Date
  /** 1 at the first attempt. */
  attempt: number
  /** Aborts when nobody waits for this attempt any more: cancelled, given to another worker, or stopping. */
  signal: AbortSignal
  /** Tells how far it is; may be called as often as one likes, because most calls are not written. */
  progress(done: number, total: number): Promise<void>
  /**
   * db.transaction, but an attempt that was given up can never commit with it.
   * @throws ClaimLost then
   */
  transaction<T>(work: (tx: Writer) => Promise<T>): Promise<T>
}

/** Work in the transaction that marks the job as done, so that it happens once; what it returns is the result. */
export type Finish = (tx: Writer) => Promise<unknown>

export type JobDefinition<Name extends keyof Jobs = keyof Jobs> = {
  name: Name
  /** After so many failures it is parked until somebody looks at it. */
  attempts: number
  /** How many of them one worker does at the same time, so that slow ones leave room for others. */
  atOnce?: number
  /**
   * May run more than once (its worker may be killed at any moment), so what it does in the database belongs
   * into the Finish that it returns. Anything else that it returns is stored as the result, as JSON.
   */
  run(input: Jobs[Name], context: JobContext): Promise<Finish | Record<string, unknown> | null | void>
}

/** Every job that is declared in Jobs. */
export type JobDefinitions = { [Name in keyof Jobs]: JobDefinition<Name> }

export function defineJob<Name extends keyof Jobs>(definition: JobDefinition<Name>): JobDefinition<Name> {
  return definition
}

/** Trying again will not help: the job is parked at once. */
export class PermanentFailure extends Error {
  override readonly name = 'PermanentFailure'
}

/** The attempt was given up meanwhile; nothing of it may be stored. */
export class ClaimLost extends Error {
  override readonly name = 'ClaimLost'
}
