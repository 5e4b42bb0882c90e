/** Writes the site in the format of site-format.ts. */
import type { Reader } from '../../database/database.ts'
import { pickByColumn } from '../../database/fields.ts'
import { fileKey } from '../../images/queries.ts'
import type { Storage } from '../../storage/storage.ts'
import { foldName } from '../../text/normalize.ts'
import { shownImagesAfter } from './picture-queries.ts'
import { intactFile } from './pictures.ts'
import { blocksAfter, findUsernames, followsAfter, postsAfter, usersAfter } from './queries.ts'
import { type ReactionKind, reactionsAfter } from './reaction-queries.ts'
import { gapsAfter } from './reply-queries.ts'
import { type Kind, kinds, postColumns, userColumns } from './site-format.ts'
import { maxPictureBytes } from './site-reader.ts'
import { versionsAfter } from './version-queries.ts'

export type ExportOptions = {
  /** Where the pictures are; null leaves them out. */
  storage: Storage | null
  /** Is told of each file that is not there as it was made. */
  onMissing(key: string): void
  /** A row a line, instead of one document. */
  asLines: boolean
  /** With password hashes; after an import, an account without one needs a reset link. */
  withPasswords: boolean
}
type Row = Record<string, unknown>

/** The text of an export. With password hashes, importing it into an empty database makes the same site. */
export async function* exportText(
  db: Reader,
  { asLines, withPasswords, ...pictures }: ExportOptions,
): AsyncGenerator<string> {
  const rows: Record<Kind, AsyncGenerator<Row>> = {
    users: userRows(db, withPasswords),
    posts: postRows(db),
    images: imageRows(db, pictures),
    gaps: gapRows(db),
    versions: versionRows(db),
    blocks: blockRows(db),
    follows: followRows(db),
    likes: reactionRows(db, 'likes'),
    reposts: reactionRows(db, 'reposts'),
    bookmarks: reactionRows(db, 'bookmarks'),
    mutes: reactionRows(db, 'mutes'),
  }
  if (!asLines) yield '{'
  for (const [index, kind] of kinds.entries()) {
    if (!asLines) yield `${index > 0 ? ',' : ''}\n"${kind}": [`
    let separator = '\n'
    for await (const row of rows[kind]) {
      yield asLines
        ? `${JSON.stringify(kind === 'users' ? row : { table: kind, ...row })}\n`
        : separator + JSON.stringify(row)
      separator = ',\n'
    }
    if (!asLines) yield ']'
  }
  if (!asLines) yield '\n}\n'
}

/** JSON leaves out a value that is undefined. */
async function* userRows(db: Reader, withPasswords: boolean): AsyncGenerator<Row> {
  let last = 0
  for (let page = await usersAfter(db, last); page.length > 0; page = await usersAfter(db, last)) {
    for (const user of page) {
      const passwordHash = withPasswords ? user.passwordHash : undefined
      const shown = { ...user, passwordHash, email: provenEmail(user) }
      const { id, username, email, ...row } = pickByColumn(shown, userColumns)
      yield { id, username, email, ...row }
      last = user.id
    }
  }
}

/** An address that several accounts may have named without proof would be refused by the import. */
function provenEmail({ email, emailKey, username }: { email: string; emailKey: string; username: string }) {
  return emailKey === foldName(email) ? email : `${username}@unproven.invalid`
}

async function* postRows(db: Reader): AsyncGenerator<Row> {
  let last = 0
  for (let page = await postsAfter(db, last); page.length > 0; page = await postsAfter(db, last)) {
    const names = await findUsernames(
      db,
      page.flatMap(({ userId, answeredId }) => [userId, answeredId ?? userId]),
    )
    for (const post of page) {
      const { id, user_id: author, ...row } = given(pickByColumn(post, postColumns))
      const answers = post.parentId ? names.get(post.answeredId ?? post.userId) : undefined
      yield { id, username: names.get(author as number), ...row, answers }
      last = post.id
    }
  }
}

/** The largest file of each picture that a row may bring. */
async function* imageRows(
  db: Reader,
  { storage, onMissing }: Pick<ExportOptions, 'storage' | 'onMissing'>,
): AsyncGenerator<Row> {
  if (!storage) return
  let page = await shownImagesAfter(db, 0)
  while (page.length > 0) {
    for (const { key, files, purpose, username, postId, position, alt, createdAt } of page) {
      const file = files.findLast(({ bytes }) => bytes <= maxPictureBytes)
      const name = fileKey(key, file?.width ?? 0)
      const bytes = file && (await intactFile(storage, name, file.sha256))
      if (!bytes) {
        onMissing(name)
        continue
      }
      const data = Buffer.from(bytes).toString('base64')
      const where = purpose === 'post' ? { post_id: postId, position } : { username, purpose }
      yield { ...where, alt, created_at: createdAt, sha256: file.sha256, data }
    }
    page = await shownImagesAfter(db, page.at(-1)?.id ?? 0)
  }
}

async function* gapRows(db: Reader): AsyncGenerator<Row> {
  let last = 0
  for (let page = await gapsAfter(db, last); page.length > 0; page = await gapsAfter(db, last)) {
    for (const { postId, parentId, createdAt } of page) {
      yield { id: postId, parent_id: parentId ?? undefined, created_at: createdAt }
      last = postId
    }
  }
}

async function* versionRows(db: Reader): AsyncGenerator<Row> {
  let last = 0
  for (let page = await versionsAfter(db, last); page.length > 0; page = await versionsAfter(db, last)) {
    for (const { id, postId, body, language, contentWarning, createdAt } of page) {
      yield given({ post_id: postId, body, language, content_warning: contentWarning, created_at: createdAt })
      last = id
    }
  }
}

async function* blockRows(db: Reader): AsyncGenerator<Row> {
  let last = { blockerId: 0, blockedId: 0 }
  for (let page = await blocksAfter(db, last); page.length > 0; page = await blocksAfter(db, last)) {
    const names = await findUsernames(
      db,
      page.flatMap(({ blockerId, blockedId }) => [blockerId, blockedId]),
    )
    for (const block of page) {
      const { blockerId, blockedId, createdAt } = block
      yield { blocker: names.get(blockerId), blocked: names.get(blockedId), created_at: createdAt }
      last = block
    }
  }
}

async function* followRows(db: Reader): AsyncGenerator<Row> {
  let last = { followerId: 0, followedId: 0 }
  for (let page = await followsAfter(db, last); page.length > 0; page = await followsAfter(db, last)) {
    const names = await findUsernames(
      db,
      page.flatMap(({ followerId, followedId }) => [followerId, followedId]),
    )
    for (const follow of page) {
      const { followerId, followedId, repostsShown, createdAt } = follow
      const [follower, followed] = [names.get(followerId), names.get(followedId)]
      yield { follower, followed, reposts_shown: repostsShown, created_at: createdAt }
      last = follow
    }
  }
}

async function* reactionRows(db: Reader, kind: ReactionKind): AsyncGenerator<Row> {
  let page = await reactionsAfter(db, kind, undefined)
  while (page.length > 0) {
    const names = await findUsernames(
      db,
      page.map(({ userId }) => userId),
    )
    for (const { userId, postId, createdAt } of page)
      yield { username: names.get(userId), post_id: postId, created_at: createdAt }
    page = await reactionsAfter(db, kind, page.at(-1))
  }
}

/** The values that say something: null does so for a language alone. */
function given(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).filter(([name, value]) => value !== null || name === 'language'),
  )
}
