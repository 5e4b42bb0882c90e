import type { Reader, Writer } from '../database/database.ts'
import { users } from '../database/schema.ts'
import { eq } from '../database/sql.ts'
import { indexPerson } from '../search/indexing.ts'

type Settings = { displayName: string; about: string; language: string; theme: string; messagesFrom: string }

/** Changes some of a person's settings. */
export async function saveSettings(tx: Writer, userId: number, settings: Partial<Settings>): Promise<void> {
  await tx.update(users).set(settings).where(eq(users.id, userId))
  if (settings.displayName !== undefined) await indexPerson(tx, userId)
}

/** What a person says of themself. */
export async function findProfileSettings(db: Reader, userId: number) {
  const columns = { displayName: users.displayName, about: users.about }
  const [found] = await db.select(columns).from(users).where(eq(users.id, userId))
  return found ?? { displayName: '', about: '' }
}

/** Who may write to a person: everyone, or only the people whom they follow. */
export async function findMessagesFrom(db: Reader, userId: number): Promise<string> {
  const columns = { messagesFrom: users.messagesFrom }
  const [found] = await db.select(columns).from(users).where(eq(users.id, userId))
  return found?.messagesFrom ?? 'everyone'
}

export type Me = {
  id: number
  username: string
  displayName: string
  about: string
  email: string
  language: string | null
  createdAt: Date
}

/** A person as the API shows them to themself, unless they have gone. */
export async function findMe(db: Reader, userId: number): Promise<Me | undefined> {
  const { id, username, displayName, about, email, language, createdAt } = users
  const columns = { id, username, displayName, about, email, language, createdAt }
  const [found] = await db.select(columns).from(users).where(eq(users.id, userId))
  return found
}
