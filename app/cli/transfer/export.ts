/** Writes the site's users, posts and follows in the format that an import reads (see rows.ts). */
import type { Reader } from '../../database/database.ts'
import { followsAfter, postsAfter, type User, usernamesOf, usersAfter } from './export-queries.ts'
import { type Kind, kinds } from './rows.ts'

export type ExportOptions = {
  /** A row a line, instead of one document. */
  asLines: boolean
  /** With the hashes of the passwords; an account without one needs a password link. */
  withPasswords: boolean
}
type Row = Record<string, unknown>

/** The text of an export. With password hashes, importing it into an empty database makes the same site. */
export async function* exportText(
  db: Reader,
  { asLines, withPasswords }: ExportOptions,
): AsyncGenerator<string> {
  if (!asLines) yield '{'
  for (const [index, kind] of kinds.entries()) {
    if (!asLines) yield `${index > 0 ? ',' : ''}\n"${kind}": [`
    let separator = '\n'
    for await (const row of rowsOf(db, kind, withPasswords)) {
      yield asLines
        ? `${JSON.stringify(kind === 'users' ? row : { table: kind, ...row })}\n`
        : separator + JSON.stringify(row)
      separator = ',\n'
    }
    if (!asLines) yield ']'
  }
  if (!asLines) yield '\n}\n'
}

function rowsOf(db: Reader, kind: Kind, withPasswords: boolean): AsyncGenerator<Row> {
  if (kind === 'users') return userRows(db, withPasswords)
  return kind === 'posts' ? postRows(db) : followRows(db)
}

async function* userRows(db: Reader, withPasswords: boolean): AsyncGenerator<Row> {
  let last = 0
  for (let page = await usersAfter(db, last); page.length > 0; page = await usersAfter(db, last)) {
    for (const user of page) {
      yield userRow(user, withPasswords)
      last = user.id
    }
  }
}

function userRow(user: User, withPasswords: boolean): Row {
  const { id, username, email, displayName, about, language, theme, passwordHash, createdAt, lastSeenAt } =
    user
  const password = withPasswords ? { password_hash: passwordHash } : {}
  const moments = { created_at: createdAt, last_seen_at: lastSeenAt }
  return { id, username, email, display_name: displayName, about, language, theme, ...password, ...moments }
}

async function* postRows(db: Reader): AsyncGenerator<Row> {
  let last = 0
  for (let page = await postsAfter(db, last); page.length > 0; page = await postsAfter(db, last)) {
    const names = await usernamesOf(
      db,
      page.map(({ userId }) => userId),
    )
    for (const { id, userId, body, language, createdAt, editedAt } of page) {
      const edited = editedAt ? { edited_at: editedAt } : {}
      yield { id, username: names.get(userId), body, language, created_at: createdAt, ...edited }
      last = id
    }
  }
}

async function* followRows(db: Reader): AsyncGenerator<Row> {
  let last = { followerId: 0, followedId: 0 }
  for (let page = await followsAfter(db, last); page.length > 0; page = await followsAfter(db, last)) {
    const names = await usernamesOf(
      db,
      page.flatMap(({ followerId, followedId }) => [followerId, followedId]),
    )
    for (const follow of page) {
      const [follower, followed] = [names.get(follow.followerId), names.get(follow.followedId)]
      yield { follower, followed, created_at: follow.createdAt }
      last = follow
    }
  }
}
