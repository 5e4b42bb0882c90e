import type { Reader, Writer } from '../database/database.ts'
import { users } from '../database/schema.ts'
import { asc, eq, or } from '../database/sql.ts'
import { foldName } from './names.ts'

export type NewAccount = {
  username: string
  email: string
  passwordHash: string
  language: string | null
  theme?: string
}

/**
 * Creates an account, or says what about it is taken: of two sign-ups for one name at the same moment,
 * the unique indexes let one win.
 */
export async function createAccount(
  tx: Writer,
  account: NewAccount,
  now: Date,
): Promise<{ id: number } | { taken: 'username' | 'email' }> {
  const usernameKey = foldName(account.username)
  const emailKey = foldName(account.email)
  const [created] = await tx
    .insert(users)
    .values({
      ...account,
      usernameKey,
      emailKey,
      displayName: account.username,
      lastSeenAt: now,
      createdAt: now,
    })
    .onConflictDoNothing()
    .returning({ id: users.id })
  if (created) return created
  const [namesake] = await tx.select({ id: users.id }).from(users).where(eq(users.usernameKey, usernameKey))
  return { taken: namesake ? 'username' : 'email' }
}

/** The account that a person signs in to, by username or e-mail address. */
export async function findCredentials(
  db: Reader,
  identifier: string,
): Promise<{ id: number; passwordHash: string } | undefined> {
  const key = foldName(identifier.trim().replace(/^@/, ''))
  const [found] = await db
    .select({ id: users.id, passwordHash: users.passwordHash })
    .from(users)
    .where(or(eq(users.usernameKey, key), eq(users.emailKey, key)))
  return found
}

/** Whether this is still the account's password. */
export async function hasPassword(tx: Writer, id: number, passwordHash: string): Promise<boolean> {
  const [found] = await tx.select({ passwordHash: users.passwordHash }).from(users).where(eq(users.id, id))
  return found?.passwordHash === passwordHash
}

/** Everybody, oldest account first. */
export async function listAccounts(db: Reader) {
  const columns = { id: users.id, username: users.username, email: users.email, createdAt: users.createdAt }
  return db.select(columns).from(users).orderBy(asc(users.id))
}

/** Deletes an account; the database deletes everything of theirs with it. */
export async function deleteAccount(tx: Writer, id: number): Promise<void> {
  await tx.delete(users).where(eq(users.id, id))
}

/** Which of a new account's names are somebody's already. */
export async function takenNames(
  db: Reader,
  { username, email }: { username: string; email: string },
): Promise<{ username: boolean; email: boolean }> {
  const [usernameKey, emailKey] = [foldName(username), foldName(email)]
  const found = await db
    .select({ usernameKey: users.usernameKey, emailKey: users.emailKey })
    .from(users)
    .where(or(eq(users.usernameKey, usernameKey), eq(users.emailKey, emailKey)))
  return {
    username: found.some(user => user.usernameKey === usernameKey),
    email: found.some(user => user.emailKey === emailKey),
  }
}
