/** Reads rows of site-format.ts as they were written, and says in words what is wrong with them. */
import { createHash } from 'node:crypto'
import { Compile } from 'typebox/compile'
import {
  audiences,
  homeReplyChoices,
  imagePurposes,
  lengths,
  messageAudiences,
  replyAudiences,
} from '../../database/schema.ts'
import { writtenFields } from '../../people/profile-fields.ts'
import { maxPictures } from '../../posts/forms.ts'
import { themes } from '../../settings/forms.ts'
import { isBlank, sanitizeText } from '../../text/normalize.ts'
import { isObject } from './json.ts'
import {
  type ImageRow,
  isKind,
  type Kind,
  kindList,
  type RawRow,
  rowSchemas,
  type ValidatedRow,
} from './site-format.ts'

const validators = {
  users: Compile(rowSchemas.users),
  posts: Compile(rowSchemas.posts),
  images: Compile(rowSchemas.images),
  gaps: Compile(rowSchemas.gaps),
  versions: Compile(rowSchemas.versions),
  blocks: Compile(rowSchemas.blocks),
  follows: Compile(rowSchemas.follows),
  likes: Compile(rowSchemas.likes),
  reposts: Compile(rowSchemas.reposts),
  bookmarks: Compile(rowSchemas.bookmarks),
  mutes: Compile(rowSchemas.mutes),
}

/** Normalizes a row's names and texts, and finds the first error of each field. */
export function validate({ kind, place, value, error }: RawRow): ValidatedRow {
  const invalid = (why: string): ValidatedRow => ({
    kind: isKind(kind) ? kind : 'users',
    place,
    row: {},
    errors: [`${place}: ${why}`],
  })
  if (error) return invalid(error)
  if (!isKind(kind)) return invalid(`"${kind}" is not one of ${kindList}`)
  if (!isObject(value)) return invalid('this is not an object with fields')
  const row = withUsername(kind, normalize(value))
  const errors = validators[kind].Check(row) ? imageErrors(kind, row) : fieldErrors(kind, row)
  errors.push(...wordlessErrors(kind, row))
  return { kind, place, row, errors: errors.map(error => `${place}: ${error}`) }
}

/**
 * Texts become what a form on the site would have sent. Null says no more than a missing field, but for a language,
 * where it means that it is not known.
 */
function normalize(value: Record<string, unknown>): Record<string, unknown> {
  const row: Record<string, unknown> = {}
  for (const [key, given] of Object.entries(value)) {
    const name = key.replaceAll(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)
    if (given === null && name !== 'language') continue
    if (name === 'posts' && Array.isArray(given))
      row[name] = given.map(post => (isObject(post) ? normalize(post) : post))
    else if (typeof given !== 'string' || name.startsWith('password') || name === 'data') row[name] = given
    // An account whose name shows nothing is called by its username, as in the settings.
    else if (!isBlank(given)) row[name] = sanitizeText(given).trim()
    else if (name !== 'display_name') row[name] = ''
  }
  return row
}

/** The PHP original calls a username `name`. */
function withUsername(kind: Kind, { name, ...row }: Record<string, unknown>): Record<string, unknown> {
  if (name === undefined) return row
  return kind === 'users' && row['username'] === undefined ? { username: name, ...row } : { name, ...row }
}

const nameRule = 'must be 1 to 64 letters, digits or underscores'
const idRule = 'must be a whole number above 0'
const flagRule = 'must be true or false'
const timeRule = 'must be a time like 2026-11-20T16:00:00Z, from 1970 until now'
/** Completes the sentence “line 3: email …”. */
const rules: Record<string, string> = {
  id: idRule,
  parent_id: idRule,
  post_id: idRule,
  answers: nameRule,
  username: nameRule,
  follower: nameRule,
  followed: nameRule,
  blocker: nameRule,
  blocked: nameRule,
  reposts_shown: flagRule,
  email: `must be an email address of at most ${lengths.email[1]} characters`,
  ...Object.fromEntries(writtenFields.map(({ column, length }) => [column.name, lengthRule(...length)])),
  time_zone: 'must be a time zone, like "Europe/Madrid"',
  theme: `must be one of ${themes.join(', ')}`,
  messages_from: `must be one of ${messageAudiences.join(', ')}`,
  notifications_from: `must have kinds of notifications, each with one of ${audiences.join(', ')}`,
  home_replies: `must be one of ${homeReplyChoices.join(', ')}`,
  home_reposts: flagRule,
  keyboard_shortcuts: flagRule,
  alt_reminder: flagRule,
  last_seen_shown: flagRule,
  password: lengthRule(8, 200),
  password_hash: 'must be an argon2id hash as a PHC string',
  body: lengthRule(1, lengths.body[1]),
  position: `must be a whole number from 1 to ${maxPictures}`,
  purpose: `must be one of ${imagePurposes.join(', ')}`,
  alt: lengthRule(...lengths.alt),
  sha256: 'must be a SHA-256 in 64 hexadecimal digits',
  data: 'must be the bytes of a picture in base64',
  posts: 'must be a list of posts',
  language: 'must be a language that this site knows, like "en", or null',
  created_at: timeRule,
  edited_at: timeRule,
  replies_from: `must be one of ${replyAudiences.join(', ')}`,
  quotes_from: `must be one of ${audiences.join(', ')}`,
  quoted_id: idRule,
  quote_detached: flagRule,
  content_warning: lengthRule(...lengths.contentWarning),
  pinned_at: timeRule,
  last_seen_at: timeRule,
}

function lengthRule(min: number, max: number): string {
  const most = max.toLocaleString('en')
  return min > 0 ? `must have ${min} to ${most} characters` : `must have at most ${most} characters`
}

/** A post without an id needs words: no picture can say that it is one of it. */
function wordlessErrors(kind: Kind, row: Record<string, unknown>): string[] {
  const isEmpty = (post: unknown) => isObject(post) && post['body'] === '' && post['id'] === undefined
  const error = (at: string) => `${at}body ${rules['body']}`
  if (kind === 'posts') return isEmpty(row) ? [error('')] : []
  const posts = kind === 'users' && Array.isArray(row['posts']) ? (row['posts'] as unknown[]) : []
  return posts.flatMap((post, index) => (isEmpty(post) ? [error(`posts[${index}].`)] : []))
}

/** What the schema of an image does not say. */
function imageErrors(kind: Kind, row: Record<string, unknown>): string[] {
  if (kind !== 'images') return []
  const { purpose = 'post', post_id, position, username, data, sha256 } = row as ImageRow
  const isOfPost = purpose === 'post'
  const needed = isOfPost ? { post_id, position } : { username }
  const others = isOfPost ? { username } : { post_id, position }
  const missing = Object.entries(needed).filter(([, value]) => value === undefined)
  const extra = Object.entries(others).filter(([, value]) => value !== undefined)
  return [
    ...missing.map(([name]) => `${name} is missing`),
    ...extra.map(([name]) => `${name} is no field of the picture of a ${isOfPost ? 'post' : 'profile'}`),
    ...dataErrors(data, sha256),
  ]
}

function dataErrors(data: string, sha256: string | undefined): string[] {
  if (data.length % 4 > 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(data)) return [`data ${rules['data']}`]
  if (!sha256) return []
  const found = createHash('sha256').update(data, 'base64').digest('hex')
  return found === sha256 ? [] : ['data has changed: its digest is not sha256']
}

/** One sentence a field. */
function fieldErrors(kind: Kind, row: Record<string, unknown>): string[] {
  const found = new Map<string, string>()
  for (const { keyword, instancePath, params } of validators[kind].Errors(row)) {
    const { requiredProperties = [], additionalProperties = [] } = params as Record<
      string,
      string[] | undefined
    >
    const path = instancePath.slice(1)
    const at = (field: string) => (path === '' ? field : `${path}/${field}`)
    const add = (path: string, rule: string) => {
      // posts/0/body as posts[0].body
      const readable = path.replaceAll(/\/(\d+)/g, '[$1]').replaceAll('/', '.')
      if (!found.has(path)) found.set(path, `${readable} ${rule}`)
    }
    if (keyword === 'required') for (const field of requiredProperties) add(at(field), 'is missing')
    else if (keyword === 'additionalProperties')
      for (const field of additionalProperties) add(at(field), 'is not a known field')
    else if (keyword !== 'boolean') {
      const [first = '', ...below] = path.split('/')
      const rule = first === 'notifications_from' ? rules[first] : rules[below.at(-1) ?? first]
      add(path, rule ?? 'must be an object with fields')
    }
  }
  return [...found.values()]
}
