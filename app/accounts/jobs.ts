import type { Database } from '../database/database.ts'
import { defineJob } from '../jobs/definition.ts'
import { clearInput } from '../jobs/queue.ts'
import { closeAccount, deleteAccount } from './closure-queries.ts'
import { deleteChunk } from './deletion-queries.ts'

/** Takes a closed account away, chunk by chunk, so that nobody waits for long; killed, it goes on where it was. */
export const deleteAccountJob = defineJob({
  name: 'accounts.delete',
  attempts: 10,
  async run({ userId }, { id, transaction, signal }) {
    if (userId === undefined) return
    while (await transaction(tx => deleteChunk(tx, userId))) signal.throwIfAborted()
    return async tx => {
      await deleteAccount(tx, userId)
      await clearInput(tx, id)
    }
  },
})

/** The same while somebody waits. Should they stop waiting, the job that closing has made goes on. */
export async function deleteNow(db: Database, userId: number): Promise<void> {
  await db.transaction(tx => closeAccount(tx, userId, new Date()))
  while (await db.transaction(tx => deleteChunk(tx, userId)));
  await db.transaction(tx => deleteAccount(tx, userId))
}
