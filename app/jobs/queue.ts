import type { Writer } from '../database/database.ts'
import { jobs } from '../database/schema.ts'
import { eq } from '../database/sql.ts'

/** The input of each job by its name, declared by each feature. */
// biome-ignore lint/suspicious/noEmptyInterface: filled by declaration merging
export interface Jobs {}

export type NewJob<Name extends keyof Jobs> = {
  name: Name
  input: Jobs[Name]
  /** The owner: deleting the account deletes the job. */
  userId?: number
  /** At most one unfinished job has the same key. */
  uniqueKey?: string
  /** The earliest time of its first attempt. */
  at?: Date
}

/** Adds a job in the caller's transaction and returns its id, or that of the unfinished job with the same key. */
export async function enqueue<Name extends keyof Jobs>(tx: Writer, job: NewJob<Name>): Promise<number> {
  const { name, input, userId, uniqueKey = null, at } = job
  const now = new Date()
  const [created] = await tx
    .insert(jobs)
    .values({ name, input, userId, uniqueKey, state: 'waiting', dueAt: at ?? now, createdAt: now })
    .onConflictDoNothing({ target: jobs.uniqueKey })
    .returning({ id: jobs.id })
  if (created) {
    tx.invalidates('jobs')
    return created.id
  }
  const [present] = await tx
    .select({ id: jobs.id })
    .from(jobs)
    .where(eq(jobs.uniqueKey, String(uniqueKey)))
  return (present as { id: number }).id
}

/** Clears the input of a job, for one that names a person. */
export async function clearInput(tx: Writer, id: number): Promise<void> {
  await tx.update(jobs).set({ input: {} }).where(eq(jobs.id, id))
}
