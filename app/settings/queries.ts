import type { Reader, Writer } from '../database/database.ts'
import { columnsIn } from '../database/fields.ts'
import { users } from '../database/schema.ts'
import { eq } from '../database/sql.ts'
import { ofWrittenFields, userFields } from '../people/profile-fields.ts'
import { indexPerson } from '../search-index/indexing.ts'

const profileColumns = {
  ...ofWrittenFields(({ column }) => column),
  avatar: users.avatar,
  banner: users.banner,
}

type Setting =
  | keyof typeof profileColumns
  | 'language'
  | 'timeZone'
  | 'theme'
  | 'keyboardShortcuts'
  | 'messagesFrom'
  | 'quotesFrom'
  | 'altReminder'
  | 'lastSeenShown'
  | 'homeReplies'
  | 'homeReposts'
  | 'avatar'
  | 'banner'
type Settings = Pick<typeof users.$inferSelect, Setting>

export async function saveSettings(tx: Writer, userId: number, settings: Partial<Settings>): Promise<void> {
  tx.invalidates(`person:${userId}`, `viewer:${userId}`)
  await tx.update(users).set(settings).where(eq(users.id, userId))
  if (settings.displayName !== undefined) await indexPerson(tx, userId)
}

export async function findProfileSettings(db: Reader, userId: number) {
  const [found] = await db.select(profileColumns).from(users).where(eq(users.id, userId))
  return found
}

const privacyColumns = {
  messagesFrom: users.messagesFrom,
  quotesFrom: users.quotesFrom,
  lastSeenShown: users.lastSeenShown,
}

/** Who may write to a person and quote them, and whether others see when they were last here. */
export async function findPrivacySettings(db: Reader, userId: number) {
  const [found] = await db.select(privacyColumns).from(users).where(eq(users.id, userId))
  return found ?? { messagesFrom: 'everyone', quotesFrom: 'everyone', lastSeenShown: false }
}

const meColumns = columnsIn(userFields, 'me')
export type Me = Pick<typeof users.$inferSelect, keyof typeof meColumns>

/** A person's own account for the API. */
export async function findMe(db: Reader, userId: number): Promise<Me | undefined> {
  const [found] = await db.select(meColumns).from(users).where(eq(users.id, userId))
  return found
}
