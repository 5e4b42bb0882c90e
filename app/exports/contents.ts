/** The files of an export, in order. views/exports/archive/format.en.md describes them. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { root } from '../config.ts'
import type { Reader } from '../database/database.ts'
import { columnsIn, pickByColumn } from '../database/fields.ts'
import { fileKey, type Image } from '../images/queries.ts'
import { type Post, postFields, shownQuote } from '../posts/post.ts'
import type { Storage } from '../storage/storage.ts'
import { type Entity, tagsOf } from '../text/entities.ts'
import {
  type Keyed,
  type OwnContact,
  type OwnMark,
  type OwnMessage,
  type OwnVersion,
  ownContacts,
  ownMarks,
  ownMessages,
  ownMutes,
  ownPictures,
  ownPosts,
  ownVersions,
  type Profile,
  profileColumns,
} from './content-queries.ts'
import { type ExportInfo, indexPage, pictureFile, type Section, sectionPage, sections } from './pages.ts'
import type { ArchiveFile } from './zip.ts'

type Export = ExportInfo & {
  db: Reader
  storage: Storage
  userId: number
  /** Called for every row that is written. */
  onRow(): Promise<void>
}

/** Each row is written twice, for programs and for people, and each picture once. */
export function rowsToWrite(profile: Profile): number {
  return sections.reduce((sum, section) => sum + 2 * profile[section], profile.pictures)
}

/** @throws StorageUnavailable */
export async function* exportFiles(one: Export): AsyncGenerator<ArchiveFile> {
  const { db, userId, language } = one
  // First, because the other files say which of them there are.
  yield* pictureFiles(one)
  const description = path.join(root, `views/exports/archive/format.${language}.md`)
  yield { path: 'index.html', text: [indexPage(one)] }
  yield { path: 'format.md', text: [await readFile(description, 'utf8')] }
  yield { path: 'profile.json', text: [`${JSON.stringify(profileRow(one), null, 2)}\n`] }
  yield* sectionFiles(one, 'posts', () => ownPosts(db, userId), postRow)
  yield* sectionFiles(one, 'versions', () => ownVersions(db, userId), versionRow)
  for (const list of ['likes', 'reposts', 'bookmarks'] as const)
    yield* sectionFiles(one, list, () => ownMarks[list](db, userId), markRow)
  yield* sectionFiles(one, 'mutes', () => ownMutes(db, userId), muteRow)
  for (const list of ['followers', 'following'] as const)
    yield* sectionFiles(one, list, () => ownContacts(db, userId, list), contactRow)
  yield* sectionFiles(one, 'messages', () => ownMessages(db, userId), messageRow)
}

/** The largest file of each picture; one that is not in the storage is left out. */
async function* pictureFiles({ db, userId, storage, pictures, onRow }: Export): AsyncGenerator<ArchiveFile> {
  for await (const { key, files } of ownPictures(db, userId)) {
    await onRow()
    const bytes = await storage.get(fileKey(key, files.at(-1)?.width ?? 0))
    if (!bytes) continue
    pictures.add(key)
    yield { path: pictureFile(key), bytes }
  }
}

async function* sectionFiles<Row>(
  one: Export,
  section: Section,
  rows: () => AsyncGenerator<Row>,
  toRow: (row: Row, one: Export) => object,
): AsyncGenerator<ArchiveFile> {
  const counted = () => eachCounted(rows(), one.onRow)
  yield { path: `${section}.json`, text: jsonArray(counted(), row => toRow(row, one)) }
  let number = 1
  for await (const { page, isLast } of inPages(counted(), 1_000)) {
    const html = sectionPage(one, section, { rows: page, number, isLast })
    yield { path: `${section}-${number}.html`, text: [html] }
    number += 1
  }
}

async function* eachCounted<Row>(rows: AsyncIterable<Row>, onRow: () => Promise<void>): AsyncGenerator<Row> {
  for await (const row of rows) {
    await onRow()
    yield row
  }
}

/** At least one page, even if there is nothing on it. */
async function* inPages<Row>(rows: AsyncIterable<Row>, size: number) {
  let page: Row[] = []
  for await (const row of rows) {
    if (page.length === size) {
      yield { page, isLast: false }
      page = []
    }
    page.push(row)
  }
  yield { page, isLast: true }
}

/** A row a line. */
async function* jsonArray<Row>(rows: AsyncIterable<Row>, toRow: (row: Row) => object) {
  let separator = '[\n'
  for await (const { page } of inPages(rows, 200)) {
    if (page.length > 0) yield separator + page.map(row => JSON.stringify(toRow(row))).join(',\n')
    else yield '['
    separator = ',\n'
  }
  yield '\n]\n'
}

function profileRow({ profile, config, now, language, pictures }: Export) {
  const counts = Object.fromEntries([...sections, 'pictures' as const].map(name => [name, profile[name]]))
  const file = (key: string | null) => (key && pictures.has(key) ? pictureFile(key) : null)
  return {
    format: 'microblog-export',
    version: 1,
    exported_at: now,
    site: { name: config.siteName, url: config.publicUrl },
    username: profile.username,
    url: `${config.publicUrl}/@${profile.username}`,
    ...pickByColumn({ ...profile, language: profile.language ?? language }, profileColumns),
    avatar: file(profile.avatar),
    banner: file(profile.banner),
    counts,
  }
}

const postColumns = columnsIn(postFields, 'personalExport')

function postRow(post: Post, { config, pictures }: Export) {
  const quotedId = shownQuote(post)
  const { id, entities: _, ...row } = pickByColumn({ ...post, quotedId }, postColumns)
  const url = (id: number | null) => id && postUrl(config, id)
  const related = {
    parent_url: url(post.parentId),
    parent_username: post.parent?.author.username ?? null,
    quoted_url: url(quotedId),
    quoted_username: post.quoted?.author.username ?? null,
  }
  const images = post.images.map(image => imageRow(image, pictures))
  return { id, url: url(post.id), ...row, ...related, ...entityLists(post.entities), images }
}

function imageRow({ key, alt, width, height }: Image, pictures: Set<string>) {
  return { file: pictures.has(key) ? pictureFile(key) : null, alt, width, height }
}

function postUrl({ publicUrl }: Export['config'], id: number): string {
  return `${publicUrl}/posts/${id}`
}

function versionRow(version: OwnVersion, { config }: Export) {
  const { postId, body, language, contentWarning, createdAt, entities } = version
  const row = { body, language, content_warning: contentWarning, created_at: createdAt }
  return { post_id: postId, post_url: postUrl(config, postId), ...row, ...entityLists(entities) }
}

function markRow({ id, username, displayName, createdAt }: OwnMark, { config }: Export) {
  const author = { username, display_name: displayName }
  return { post_id: id, post_url: postUrl(config, id), ...author, since: createdAt }
}

function muteRow({ id, createdAt }: Keyed, { config }: Export) {
  return { post_id: id, post_url: postUrl(config, id), since: createdAt }
}

function contactRow({ username, displayName, createdAt }: OwnContact, { config }: Export) {
  const url = `${config.publicUrl}/@${username}`
  return { username, display_name: displayName, url, since: createdAt }
}

function messageRow(message: OwnMessage, { profile }: Export) {
  const { id, conversation, with: other, isOwn, body, language, createdAt, entities } = message
  const from = isOwn ? profile.username : other.username
  const row = { id, conversation, with: other.username, from, body, language, created_at: createdAt }
  return { ...row, ...entityLists(entities) }
}

function entityLists(entities: Entity[]) {
  const hrefs = (kind: Entity['kind']) =>
    entities.filter(entity => entity.kind === kind).map(({ href }) => href)
  return {
    mentions: hrefs('mention').map(href => href.slice('/@'.length)),
    hashtags: tagsOf(entities),
    links: hrefs('link'),
  }
}
