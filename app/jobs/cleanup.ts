/** Deletes expired rows every hour, in small transactions. */
import type { Database, Writer } from '../database/database.ts'
import { deleteExpired, type RetentionRule } from '../database/retention.ts'
import { defineJob } from './definition.ts'
import { enqueue } from './queue.ts'

declare module './queue.ts' {
  interface Jobs {
    'jobs.clean': Record<string, never>
  }
}

const hour = 3_600_000

/** Never dead, because it enqueues its own next run when it finishes. */
export const cleanupJob = (rules: RetentionRule[]) =>
  defineJob({
    name: 'jobs.clean',
    attempts: Number.POSITIVE_INFINITY,
    async run(_input, { transaction, signal, now }) {
      const time = now()
      let rows = 0
      for (const rule of rules) {
        await rule.before?.({ transaction, signal }, time)
        let deleted: number
        do {
          signal.throwIfAborted()
          deleted = await transaction(tx => deleteExpired(tx, rule, time))
          rows += deleted
        } while (deleted > 0)
      }
      return async tx => {
        await enqueueCleanup(tx, new Date(now().getTime() + hour))
        return { rows }
      }
    },
  })

/** Schedules the cleanup, once for all processes. */
export async function scheduleCleanup(db: Database): Promise<void> {
  await db.transaction(tx => enqueueCleanup(tx, new Date()))
}

function enqueueCleanup(tx: Writer, at: Date): Promise<number> {
  return enqueue(tx, { name: 'jobs.clean', input: {}, uniqueKey: 'jobs.clean', at })
}
