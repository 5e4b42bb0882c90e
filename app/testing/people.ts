/** The people of a test, and what their accounts are made of. */
import { createAccount } from '../accounts/queries.ts'
import type { DatabaseConfig } from '../config.ts'
import { openDatabase } from '../database/open.ts'
import { hashPassword } from '../security/passwords.ts'

export const password = 'tea at the harbour'
export const names = ['susan', 'john', 'david', 'mary'] as const
export type Name = (typeof names)[number]

/** Adds accounts to a migrated database that no process has open. */
export async function addPeople(config: DatabaseConfig, usernames: readonly string[] = names): Promise<void> {
  const db = await openDatabase(config)
  const passwordHash = await hashPassword(password)
  await db.transaction(async tx => {
    for (const username of usernames) {
      const account = { username, email: `${username}@example.com`, passwordHash, language: null }
      await createAccount(tx, account, new Date())
    }
  })
  await db.close()
}
