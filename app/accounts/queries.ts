import { randomUUID } from 'node:crypto'
import type { Reader, Writer } from '../database/database.ts'
import { lock } from '../database/lock.ts'
import { users } from '../database/schema.ts'
import { and, asc, eq, isNull, or } from '../database/sql.ts'
import { indexPeople } from '../search-index/indexing.ts'
import { foldIdentifier, foldName } from '../text/normalize.ts'
import { isResting, lockUsernames } from './username-queries.ts'

export type NewAccount = {
  username: string
  email: string
  passwordHash: string
  language: string | null
  theme?: string
  /** Absent: the address is reserved, proven or not. */
  emailKey?: string
}

/**
 * The key of an address that is not proven: any number of accounts may have named it, and none is found by it, so
 * signing up does not tell whose it is. No address has a blank, so it is never the key of a proven one.
 */
export function unprovenEmailKey(email: string): string {
  return `${foldName(email)} ${randomUUID()}`
}

/** Creates an account, or returns the name that is taken; unique indexes decide between simultaneous sign-ups. */
export async function createAccount(
  tx: Writer,
  account: NewAccount,
  now: Date,
): Promise<{ id: number } | { taken: 'username' | 'email' }> {
  const { username } = account
  const keys = { usernameKey: foldName(username), emailKey: account.emailKey ?? foldName(account.email) }
  await lockUsernames(tx, keys.usernameKey)
  if (await isResting(tx, keys.usernameKey)) return { taken: 'username' }
  const [created] = await tx
    .insert(users)
    .values({ ...account, ...keys, displayName: username, lastSeenAt: now, createdAt: now })
    .onConflictDoNothing()
    .returning({ id: users.id })
  if (!created) return { taken: (await takenNames(tx, account)).username ? 'username' : 'email' }
  tx.invalidates(`person:${created.id}`)
  await indexPeople(tx, [{ username, id: created.id, displayName: username }])
  return created
}

/** The open account with this username or e-mail address. */
export async function findCredentials(
  db: Reader,
  identifier: string,
): Promise<{ id: number; passwordHash: string; language: string | null } | undefined> {
  const key = foldIdentifier(identifier)
  const [found] = await db
    .select({ id: users.id, passwordHash: users.passwordHash, language: users.language })
    .from(users)
    .where(and(or(eq(users.usernameKey, key), eq(users.emailKey, key)), isNull(users.closedAt)))
  return found
}

export type Account = {
  id: number
  username: string
  email: string
  emailConfirmedAt: Date | null
  /** False while the address is only claimed: nothing but its proof is sent there. */
  hasOwnEmail: boolean
  passwordHash: string
  language: string | null
  timeZone: string | null
}

/** An open account with its owner's private columns. */
export async function findAccount(db: Reader, id: number): Promise<Account | undefined> {
  const { username, email, emailKey, emailConfirmedAt, passwordHash, language, timeZone } = users
  const [found] = await db
    .select({ id: users.id, username, email, emailKey, emailConfirmedAt, passwordHash, language, timeZone })
    .from(users)
    .where(and(eq(users.id, id), isNull(users.closedAt)))
  if (!found) return undefined
  const { emailKey: key, ...account } = found
  return { ...account, hasOwnEmail: key === foldName(account.email) }
}

/** Before a session, a token or a link is made, and before all of them end: neither misses the other. */
export async function lockAccount(tx: Writer, id: number): Promise<void> {
  await lock(tx, `account:${id}`)
}

/** Whether the account is open and its password unchanged, which it stays until the transaction ends. */
export async function hasPassword(tx: Writer, id: number, passwordHash: string): Promise<boolean> {
  await lockAccount(tx, id)
  return (await findAccount(tx, id))?.passwordHash === passwordHash
}

/** All accounts, oldest first. */
export async function listAccounts(db: Reader) {
  const columns = { id: users.id, username: users.username, email: users.email, createdAt: users.createdAt }
  return db.select(columns).from(users).orderBy(asc(users.id))
}

/** Which of a new account's names are in use or reserved by a former owner. */
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
    username: found.some(user => user.usernameKey === usernameKey) || (await isResting(db, usernameKey)),
    email: found.some(user => user.emailKey === emailKey),
  }
}
