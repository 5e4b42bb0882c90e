import { randomBytes } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { Writer } from '../../database/database.ts'
import { hashPassword } from '../../security/passwords.ts'
import { foldName } from '../../text/normalize.ts'
import {
  findConflictingUsers,
  findFormerUsernames,
  insertFreeUsers,
  type NewUser,
  type User,
} from './queries.ts'
import { columnValues, type Entry, type Outcome, type UserRow, userColumns } from './site-format.ts'

type Candidate = Entry<UserRow> & { user: NewUser }

/** Adds the accounts that do not exist yet; a row that agrees with its account changes nothing. */
export async function writeUsers(tx: Writer, entries: Entry<UserRow>[], now: Date): Promise<Outcome> {
  const candidates: Candidate[] = await Promise.all(
    entries.map(async entry => ({ ...entry, user: await newUser(entry.row, now) })),
  )
  // Asked first, because an insert that conflicts uses up an id.
  const taken = await findTaken(tx, candidates)
  const isFree = ({ user }: Candidate) =>
    !taken.byName.has(user.usernameKey) &&
    !taken.formerNames.has(user.usernameKey) &&
    !taken.byEmail.has(user.emailKey) &&
    !taken.byId.has(user.id ?? 0)
  const free = candidates.filter(isFree).map(({ user }) => user)
  const created = new Set(free.length > 0 ? await insertFreeUsers(tx, free) : [])
  const count = created.size
  // Of two rows with one name, the first was created.
  const others = candidates.filter(one => !isFree(one) || !created.delete(one.user.usernameKey))
  const conflicts = others.length > 0 ? await conflictsOf(tx, others) : []
  return { created: count, present: others.length - conflicts.length, conflicts }
}

async function newUser(row: UserRow, now: Date): Promise<NewUser> {
  const given = columnValues(row, userColumns) as Partial<NewUser>
  const createdAt = given.createdAt ?? now
  return {
    displayName: row.username,
    createdAt,
    lastSeenAt: createdAt,
    ...given,
    username: row.username,
    usernameKey: foldName(row.username),
    email: row.email,
    emailKey: foldName(row.email),
    passwordHash:
      row.password_hash ?? (await (row.password ? hashPassword(row.password) : unknownPasswordHash())),
  }
}

let unknownPassword: Promise<string> | undefined

/** The hash of an unknown password: `user reset-link` lets the account's owner set one. */
function unknownPasswordHash(): Promise<string> {
  return (unknownPassword ??= hashPassword(randomBytes(32).toString('base64')))
}

/** What accounts hold already of what only one of them can have. */
type Taken = {
  byName: Map<string, User>
  byEmail: Map<string, User>
  byId: Map<number, User>
  formerNames: Set<string>
}

async function findTaken(tx: Writer, candidates: Candidate[]): Promise<Taken> {
  const rows = candidates.map(({ user }) => user)
  const found = await findConflictingUsers(tx, rows)
  return {
    byName: new Map(found.map(user => [user.usernameKey, user])),
    byEmail: new Map(found.map(user => [user.emailKey, user])),
    byId: new Map(found.map(user => [user.id, user])),
    formerNames: await findFormerUsernames(
      tx,
      rows.map(({ usernameKey }) => usernameKey),
    ),
  }
}

async function conflictsOf(tx: Writer, candidates: Candidate[]): Promise<string[]> {
  const taken = await findTaken(tx, candidates)
  return candidates.flatMap(candidate => {
    const conflict = conflictOf(candidate, taken)
    return conflict ? [`${candidate.place}: ${conflict}`] : []
  })
}

function conflictOf({ row, user }: Candidate, { byName, byEmail, byId, formerNames }: Taken): string | null {
  const own = byName.get(user.usernameKey)
  const sameEmail = byEmail.get(user.emailKey)
  const sameId = byId.get(row.id ?? 0)
  if (own && own.emailKey !== user.emailKey) return `username ${own.username} is taken, with another email`
  if (sameEmail && sameEmail !== own) return `email ${row.email} is ${sameEmail.username}'s already`
  if (formerNames.has(user.usernameKey))
    return `username ${row.username} once belonged to another account and stays reserved`
  if (sameId && sameId !== own)
    return `id ${row.id} is ${sameId.username}'s already: leave the id out, and the row gets a free one`
  if (!own) return `username ${row.username} was taken meanwhile`
  const differs = ([name, value]: [string, unknown]) =>
    !notCompared.includes(name) && !isDeepStrictEqual(value, own[name as keyof User])
  const differing = Object.entries(columnValues(row, userColumns)).find(differs)
  if (!differing) return null
  const { name } = userColumns[differing[0] as keyof typeof userColumns]
  return `${own.username} already exists with another ${name}`
}

/** Passwords and visits change after an export; names and addresses may differ in case. */
const notCompared = ['username', 'email', 'passwordHash', 'lastSeenAt']
