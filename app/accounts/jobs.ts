import type { Database } from '../database/database.ts'
import { defineJob } from '../jobs/definition.ts'
import { clearInput } from '../jobs/queue.ts'
import { closeAccount, deleteAccount } from './closure-queries.ts'
import { deleteChunk } from './deletion-queries.ts'

/** Deletes a closed account in chunks, so that other writers wait only briefly; a retry continues where it stopped. */
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

/** Deletes an account while the command waits. If it is interrupted, the job continues. */
export async function deleteNow(db: Database, userId: number): Promise<void> {
  await db.transaction(tx => closeAccount(tx, userId, new Date()))
  while (await db.transaction(tx => deleteChunk(tx, userId)));
  await db.transaction(tx => deleteAccount(tx, userId))
}
