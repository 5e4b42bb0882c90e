import type { Writer } from '../database/database.ts'
import { jobs } from '../database/schema.ts'
import { eq } from '../database/sql.ts'

/** The input of each job by its name; a feature adds its own, so that nothing else can be enqueued. */
// biome-ignore lint/suspicious/noEmptyInterface: filled by declaration merging
export interface Jobs {}

export type NewJob<Name extends keyof Jobs> = {
  name: Name
  input: Jobs[Name]
  /** Whose job it is: deleting them deletes it. */
  userId?: number
  /** Of unfinished jobs with the same key there is one. */
  uniqueKey?: string
  /** Not before. */
  at?: Date
}

/** Adds a job in the transaction that causes it, and returns its id; that of the one under way for its key. */
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

/** Leaves nothing of what a job was about, for one that may name somebody after it is done. */
export async function clearInput(tx: Writer, id: number): Promise<void> {
  await tx.update(jobs).set({ input: {} }).where(eq(jobs.id, id))
}
