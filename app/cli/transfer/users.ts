import { randomBytes } from 'node:crypto'
import type { Writer } from '../../database/database.ts'
import { hashPassword } from '../../security/passwords.ts'
import { foldName } from '../../text/fold.ts'
import type { UserRow } from './forms.ts'
import { formerNames, insertFreeUsers, type NewUser, type PresentUser, usersInTheWay } from './queries.ts'
import { parseTimestamp } from './timestamps.ts'

/** A row and where a person finds it in the file. */
export type Entry<Row> = { place: string; row: Row }
/** What became of rows; `conflicts` are sentences. */
export type Outcome = { created: number; present: number; conflicts: string[] }

type Candidate = { place: string; row: UserRow; user: NewUser }

/** Adds the accounts that are not there yet; a row that says what its account says already changes nothing. */
export async function writeUsers(tx: Writer, entries: Entry<UserRow>[], now: Date): Promise<Outcome> {
  const candidates: Candidate[] = await Promise.all(
    entries.map(async ({ place, row }) => ({ place, row, user: await newUser(row, now) })),
  )
  const inTheWay = await others(tx, candidates)
  const isFree = ({ user }: Candidate) =>
    !inTheWay.name.has(user.usernameKey) &&
    !inTheWay.former.has(user.usernameKey) &&
    !inTheWay.email.has(user.emailKey) &&
    !inTheWay.id.has(user.id ?? 0)
  const free = candidates.filter(isFree)
  const created = new Set(
    free.length > 0
      ? await insertFreeUsers(
          tx,
          free.map(({ user }) => user),
        )
      : [],
  )
  const count = created.size
  // Of two rows with one name, the first was created.
  const left = candidates.filter(one => !isFree(one) || !created.delete(one.user.usernameKey))
  const conflicts = left.length > 0 ? await conflictsOf(tx, left) : []
  return { created: count, present: left.length - conflicts.length, conflicts }
}

type InTheWay = {
  name: Map<string, PresentUser>
  former: Set<string>
  email: Map<string, PresentUser>
  id: Map<number, PresentUser>
}

/** Asked first, because an insert that is given up uses up an id. */
async function others(tx: Writer, candidates: Candidate[]): Promise<InTheWay> {
  const present = await usersInTheWay(
    tx,
    candidates.map(({ user }) => user),
  )
  return {
    name: new Map(present.map(user => [user.usernameKey, user])),
    former: await formerNames(
      tx,
      candidates.map(({ user }) => user.usernameKey),
    ),
    email: new Map(present.map(user => [user.emailKey, user])),
    id: new Map(present.map(user => [user.id, user])),
  }
}

async function conflictsOf(tx: Writer, left: Candidate[]): Promise<string[]> {
  const { name, former, email, id } = await others(tx, left)
  return left.flatMap(({ place, row, user }) => {
    const inTheWay = {
      name: name.get(user.usernameKey),
      isFormer: former.has(user.usernameKey),
      email: email.get(user.emailKey),
      id: id.get(row.id ?? 0),
    }
    const conflict = conflictOf(row, user, inTheWay)
    return conflict ? [`${place}: ${conflict}`] : []
  })
}

async function newUser(row: UserRow, now: Date): Promise<NewUser> {
  const createdAt = row.created_at ? parseTimestamp(row.created_at) : now
  return {
    ...(row.id ? { id: row.id } : {}),
    username: row.username,
    usernameKey: foldName(row.username),
    displayName: row.display_name ?? row.username,
    email: row.email,
    emailKey: foldName(row.email),
    passwordHash: row.password_hash ?? (await (row.password ? hashPassword(row.password) : nobodys())),
    about: row.about ?? '',
    language: row.language ?? null,
    theme: row.theme ?? 'auto',
    lastSeenAt: row.last_seen_at ? parseTimestamp(row.last_seen_at) : createdAt,
    createdAt,
  }
}

let unusable: Promise<string> | undefined

/** A hash like any other, of a password that nobody knows: `user reset-link` lets them set one. */
function nobodys(): Promise<string> {
  return (unusable ??= hashPassword(randomBytes(32).toString('base64')))
}

type Others = {
  name: PresentUser | undefined
  isFormer: boolean
  email: PresentUser | undefined
  id: PresentUser | undefined
}

/** What only one account can have, and what differs if it is the row's own; the password is its owner's affair. */
function conflictOf(row: UserRow, user: NewUser, { name: own, isFormer, email, id }: Others): string | null {
  if (own && own.emailKey !== user.emailKey) return `username ${own.username} is taken, with another email`
  if (email && email !== own) return `email ${row.email} is ${email.username}'s already`
  if (isFormer) return `username ${row.username} once belonged to another account and stays reserved`
  if (id && id !== own) return `id ${row.id} is ${id.username}'s already`
  if (!own) return `username ${row.username} was taken meanwhile`
  const field = differingField(row, own)
  return field ? `${own.username} already exists with another ${field}` : null
}

function differingField(row: UserRow, own: PresentUser): string | undefined {
  const pairs: [string, unknown, unknown][] = [
    ['id', row.id, own.id],
    ['display_name', row.display_name, own.displayName],
    ['about', row.about, own.about],
    ['language', row.language, own.language],
    ['theme', row.theme, own.theme],
    ['created_at', row.created_at && parseTimestamp(row.created_at).getTime(), own.createdAt.getTime()],
  ]
  return pairs.find(([, given, present]) => given !== undefined && given !== present)?.[0]
}
