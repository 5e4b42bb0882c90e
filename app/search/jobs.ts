import type { Database, Writer } from '../database/database.ts'
import { defineJob } from '../jobs/definition.ts'
import { enqueue } from '../jobs/queue.ts'
import { isIncomplete, rebuildIndex } from './rebuild.ts'

declare module '../jobs/queue.ts' {
  interface Jobs {
    'search.rebuild': Record<string, never>
  }
}

/** Idempotent: a retry starts from the beginning. */
export const rebuildJob = defineJob({
  name: 'search.rebuild',
  attempts: 5,
  concurrency: 1,
  async run(_input, { db, transaction, progress, signal }) {
    const rows = await rebuildIndex({
      db,
      transaction: work => transaction(work),
      progress: async (done, total) => {
        signal.throwIfAborted()
        await progress(done, total)
      },
    })
    return { rows }
  },
})

/** Builds the index in the background if it is missing, once for all processes. */
export async function scheduleRebuild(db: Database): Promise<void> {
  if (await isIncomplete(db)) await db.transaction(enqueueRebuild)
}

/** Migrations add this job, too, for rows whose texts older versions have read differently. */
export async function enqueueRebuild(tx: Writer): Promise<void> {
  await enqueue(tx, { name: 'search.rebuild', input: {}, uniqueKey: 'search.rebuild' })
}
