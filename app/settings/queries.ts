import type { Reader, Writer } from '../database/database.ts'
import { users } from '../database/schema.ts'
import { eq } from '../database/sql.ts'

type Settings = { displayName: string; about: string; language: string; theme: string }

/** Changes some of a person's settings. */
export async function saveSettings(tx: Writer, userId: number, settings: Partial<Settings>): Promise<void> {
  await tx.update(users).set(settings).where(eq(users.id, userId))
}

/** What a person says of themself. */
export async function findProfileSettings(db: Reader, userId: number) {
  const columns = { displayName: users.displayName, about: users.about }
  const [found] = await db.select(columns).from(users).where(eq(users.id, userId))
  return found ?? { displayName: '', about: '' }
}
