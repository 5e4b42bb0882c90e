/**
 * The format of `npm run import` and `npm run export`, written for people:
 *
 *     { "users":   [{ "id": 1, "username": "susan", "email": "susan@example.com" }],
 *       "posts":   [{ "id": 1, "username": "susan", "body": "Hello @john", "created_at": "2026-11-20T16:00:00Z" }],
 *       "gaps":    [{ "id": 2, "parent_id": 1, "created_at": "2026-11-20T16:01:00Z" }],
 *       "follows": [{ "follower": "susan", "followed": "john" }] }
 *
 * or a bare list of users, or a row a line (NDJSON): a user, or any other row that says so with "table":
 * `{"table":"follows","follower":"susan","followed":"john"}`. A user may hold their own posts. Names of fields
 * may be camelCase, and `name` is a username. All three may be compressed by gzip.
 *
 * A post with "parent_id" answers the post that has this id, in the file or on the site. A gap is what stays of a deleted
 * post that has replies. Under a gap, "answers" says whom a post answers: its own author, if it continues their own.
 */
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { SignUpForm } from '../../accounts/forms.ts'
import { columnsIn } from '../../database/fields.ts'
import { audiences, lengths, replyAudiences } from '../../database/schema.ts'
import type { AnyColumn } from '../../database/sql.ts'
import { toTimeZone } from '../../locales/time-zones.ts'
import { languages } from '../../locales/translate.ts'
import { userFields, writtenFields } from '../../people/profile-fields.ts'
import { postFields } from '../../posts/post.ts'
import { themes } from '../../settings/forms.ts'
import { isBlank, sanitizeText } from '../../text/normalize.ts'
import { isObject } from './json.ts'

/** In an order in which every row finds the rows that it needs. */
export const kinds = ['users', 'posts', 'gaps', 'follows'] as const
/** As sentences list them. */
export const kindList = 'users, posts, gaps and follows'
export type Kind = (typeof kinds)[number]

export function isKind(name: unknown): name is Kind {
  return kinds.includes(name as Kind)
}

export const userColumns = columnsIn(userFields, 'siteExport')
export const postColumns = columnsIn(postFields, 'siteExport')

const Id = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })
const Timestamp = Type.Refine(Type.String(), isTimestamp)
const Text = (min: number, max: number) =>
  Type.Refine(Type.String(), text => [...text].length >= min && [...text].length <= max)
const Language = Type.Union([Type.Null(), Type.String({ pattern: '^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$' })])
const { username: Username, email: Email } = SignUpForm.properties
const strict = { additionalProperties: false }

const ownPost = {
  id: Type.Optional(Id),
  parent_id: Type.Optional(Id),
  answers: Type.Optional(Username),
  body: Text(...lengths.body),
  language: Type.Optional(Language),
  created_at: Type.Optional(Timestamp),
  edited_at: Type.Optional(Timestamp),
  replies_from: Type.Optional(Type.Enum([...replyAudiences])),
  quotes_from: Type.Optional(Type.Enum([...audiences])),
  quoted_id: Type.Optional(Id),
  quote_detached: Type.Optional(Type.Boolean()),
  content_warning: Type.Optional(Text(...lengths.contentWarning)),
  pinned_at: Type.Optional(Timestamp),
}
const writtenTexts: object = Object.fromEntries(
  writtenFields.map(({ column, length }) => [column.name, Type.Optional(Text(...length))]),
)
const UserRow = Type.Object(
  {
    id: Type.Optional(Id),
    username: Username,
    email: Email,
    ...writtenTexts,
    language: Type.Optional(Type.Union([Type.Null(), Type.Enum(languages.map(({ code }) => code))])),
    time_zone: Type.Optional(Type.Refine(Type.String(), name => toTimeZone(name) !== null)),
    theme: Type.Optional(Type.Enum([...themes])),
    password: Type.Optional(Text(8, 200)),
    password_hash: Type.Optional(
      Type.String({ pattern: '^\\$argon2id\\$v=19\\$m=\\d+,t=\\d+,p=\\d+\\$[^$]+\\$[^$]+$' }),
    ),
    created_at: Type.Optional(Timestamp),
    last_seen_at: Type.Optional(Timestamp),
    posts: Type.Optional(Type.Array(Type.Object(ownPost, strict))),
  },
  strict,
)
const PostRow = Type.Object({ ...ownPost, username: Username }, strict)
const GapRow = Type.Object({ id: Id, parent_id: Type.Optional(Id), created_at: Timestamp }, strict)
const FollowRow = Type.Object(
  { follower: Username, followed: Username, created_at: Type.Optional(Timestamp) },
  strict,
)
export const rowSchemas = { users: UserRow, posts: PostRow, gaps: GapRow, follows: FollowRow }

export type UserRow = Type.Static<typeof UserRow>
export type PostRow = Type.Static<typeof PostRow>
export type GapRow = Type.Static<typeof GapRow>
export type FollowRow = Type.Static<typeof FollowRow>

/** `place` is where a person finds the row in the file. */
export type RawRow = { kind: string; place: string; value: unknown; error?: string }
/** `errors` are sentences that begin with the place. */
export type ValidatedRow = { kind: Kind; place: string; row: Record<string, unknown>; errors: string[] }
/** A valid row. */
export type Entry<Row> = { place: string; row: Row }
/**
 * How many rows were created, how many were there already, and a sentence about each of the others. `replies` are those
 * created that need a place in a thread, with theirs in the file, by their ids.
 */
export type Outcome = { created: number; present: number; conflicts: string[]; replies?: [number, string][] }

const validators = {
  users: Compile(UserRow),
  posts: Compile(PostRow),
  gaps: Compile(GapRow),
  follows: Compile(FollowRow),
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
  const errors = validators[kind].Check(row) ? [] : fieldErrors(kind, row)
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
    else if (typeof given !== 'string' || name.startsWith('password')) row[name] = given
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
const timeRule = 'must be a time like 2026-11-20T16:00:00Z, from 1970 until now'
/** Completes the sentence “line 3: email …”. */
const rules: Record<string, string> = {
  id: 'must be a whole number above 0',
  parent_id: 'must be a whole number above 0',
  answers: nameRule,
  username: nameRule,
  follower: nameRule,
  followed: nameRule,
  email: `must be an email address of at most ${lengths.email[1]} characters`,
  ...Object.fromEntries(writtenFields.map(({ column, length }) => [column.name, lengthRule(...length)])),
  time_zone: 'must be a time zone, like "Europe/Madrid"',
  theme: `must be one of ${themes.join(', ')}`,
  password: lengthRule(8, 200),
  password_hash: 'must be an argon2id hash as a PHC string',
  body: lengthRule(...lengths.body),
  posts: 'must be a list of posts',
  language: 'must be a language that this site knows, like "en", or null',
  created_at: timeRule,
  edited_at: timeRule,
  replies_from: `must be one of ${replyAudiences.join(', ')}`,
  quotes_from: `must be one of ${audiences.join(', ')}`,
  quoted_id: 'must be a whole number above 0',
  quote_detached: 'must be true or false',
  content_warning: lengthRule(...lengths.contentWarning),
  pinned_at: timeRule,
  last_seen_at: timeRule,
}

function lengthRule(min: number, max: number): string {
  const most = max.toLocaleString('en')
  return min > 0 ? `must have ${min} to ${most} characters` : `must have at most ${most} characters`
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
    else if (keyword !== 'boolean')
      add(path, rules[path.split('/').at(-1) as string] ?? 'must be an object with fields')
  }
  return [...found.values()]
}

/** The values that a row has for these columns, by the columns' names in the schema. */
export function columnValues(row: object, columns: Record<string, AnyColumn>): Record<string, unknown> {
  const values = row as Record<string, unknown>
  const given = Object.entries(columns).filter(([, { name }]) => values[name] !== undefined)
  return Object.fromEntries(
    given.map(([key, { name, dataType }]) => [
      key,
      dataType === 'object date' ? parseTimestamp(values[name] as string) : values[name],
    ]),
  )
}

const timestamp =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:[.,]\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/

/** ISO 8601: a day, or a day and a time. `Date` itself would take the 30th of February for the 2nd of March. */
function isTimestamp(text: string): boolean {
  const [, year, month, day] = (timestamp.exec(text) ?? []).map(Number) as [number, number, number, number]
  const date = new Date(Date.UTC(year, month - 1, day))
  return (
    date.getUTCDate() === day && date.getUTCMonth() === month - 1 && isPast(parseTimestamp(text).getTime())
  )
}

/** Since 1970, because cursors begin there. A post of the future would stand above all others until then. */
function isPast(time: number): boolean {
  const clockDifference = 10 * 60_000
  return time >= 0 && time <= Date.now() + clockDifference
}

/** Without a time zone, it is UTC. Finer than milliseconds is cut. */
export function parseTimestamp(text: string): Date {
  const iso = text.replace(' ', 'T').replace(',', '.')
  const isZoned = !iso.includes('T') || /(Z|[+-]\d\d:?\d\d)$/.test(iso)
  return new Date(isZoned ? iso.replace(/([+-]\d\d)(\d\d)$/, '$1:$2') : `${iso}Z`)
}
