import type { Writer } from './database.ts'
import { engine } from './engine.ts'
import { daysBefore, type RetentionRule } from './retention.ts'
import { locks } from './schema.ts'
import { lt } from './sql.ts'

/**
 * Lets one transaction at a time decide about `key`: those that lock it behave as if they ran one after the other.
 * On SQLite every transaction holds the write lock from its beginning. On PostgreSQL an advisory lock would not do: at
 * REPEATABLE READ the snapshot is older than the wait for the lock. Writing a row makes the later transaction fail to
 * serialize, so that it runs again and sees what the earlier one did.
 */
export async function lock(tx: Writer, key: string): Promise<void> {
  if (engine === 'sqlite') return
  const lockedAt = new Date()
  await tx
    .insert(locks)
    .values({ key, lockedAt })
    .onConflictDoUpdate({ target: locks.key, set: { lockedAt } })
}

export const oldLocks: RetentionRule = {
  from: locks,
  key: [locks.key],
  where: now => lt(locks.lockedAt, daysBefore(now, 1)),
}
