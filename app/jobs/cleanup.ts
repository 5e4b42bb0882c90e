/** What nobody needs any more goes by itself, every hour, in small transactions. */

import type { Database, Writer } from '../database/database.ts'
import { deleteExpired, type RetentionRule } from '../database/retention.ts'
import { defineJob, type JobContext } from './definition.ts'
import { enqueue } from './queue.ts'

declare module './queue.ts' {
  interface Jobs {
    'jobs.clean': Record<string, never>
  }
}

const hour = 3_600_000

/** Never given up: it enqueues itself again as the last thing it does. */
export const cleanupJob = (rules: RetentionRule[]) =>
  defineJob({
    name: 'jobs.clean',
    attempts: Number.POSITIVE_INFINITY,
    async run(_input, context) {
      const rows = await applyAll(rules, context)
      return async tx => {
        await enqueueCleanup(tx, new Date(context.now().getTime() + hour))
        return { rows }
      }
    },
  })

/** Returns how many rows went. */
async function applyAll(rules: RetentionRule[], { transaction, signal, now }: JobContext): Promise<number> {
  const time = now()
  let rows = 0
  for (const rule of rules) {
    let gone: number
    do {
      signal.throwIfAborted()
      gone = await transaction(tx => deleteExpired(tx, rule, time))
      rows += gone
    } while (gone > 0)
  }
  return rows
}

/** Sees to it that the cleaning is scheduled, once for all processes. */
export async function scheduleCleanup(db: Database): Promise<void> {
  await db.transaction(tx => enqueueCleanup(tx, new Date()))
}

function enqueueCleanup(tx: Writer, at: Date): Promise<number> {
  return enqueue(tx, { name: 'jobs.clean', input: {}, uniqueKey: 'jobs.clean', at })
}
