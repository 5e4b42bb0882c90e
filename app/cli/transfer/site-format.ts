/**
 * The format of `npm run import` and `npm run export`, written for people:
 *
 *     { "users":     [{ "id": 1, "username": "susan", "email": "susan@example.com" }],
 *       "posts":     [{ "id": 1, "username": "susan", "body": "Hello @john", "created_at": "2026-11-20T16:00:00Z" }],
 *       "images":    [{ "post_id": 1, "position": 1, "alt": "A door", "data": "…" }],
 *       "gaps":      [{ "id": 2, "parent_id": 1, "created_at": "2026-11-20T16:01:00Z" }],
 *       "versions":  [{ "post_id": 1, "body": "Hello @jonh", "created_at": "2026-11-20T15:59:00Z" }],
 *       "blocks":    [{ "blocker": "susan", "blocked": "mary" }],
 *       "follows":   [{ "follower": "susan", "followed": "john", "reposts_shown": false }],
 *       "likes":     [{ "username": "john", "post_id": 1 }],
 *       "reposts":   [{ "username": "john", "post_id": 1 }],
 *       "bookmarks": [{ "username": "john", "post_id": 1 }],
 *       "mutes":     [{ "username": "john", "post_id": 1 }] }
 *
 * or a bare list of users, or a row a line (NDJSON): a user, or any other row that says so with "table":
 * `{"table":"follows","follower":"susan","followed":"john"}`. A user may hold their own posts. Names of fields
 * may be camelCase, and `name` is a username. All three may be compressed by gzip.
 *
 * A post with "parent_id" answers the post that has this id, in the file or on the site. A gap is what stays of a deleted
 * post that has replies. An image is the bytes of a file in base64: the picture of a post, of which "position" is the place,
 * or with "purpose", "avatar" or "banner", that of the person with this "username". A post with one needs no words. It is
 * made again like an upload, because the file says by itself that it is harmless.
 * Under a gap, "answers" says whom a post answers: its own author, if it continues their own.
 * "quoted_id" is the id of a post, which may be gone. A version is what an edited post said before, from "created_at" on.
 * A mute is of a thread, by its first post or the gap of that. Numbers of likes and reposts are counted from the rows.
 */
import { Type } from 'typebox'
import { SignUpForm } from '../../accounts/forms.ts'
import { columnsIn } from '../../database/fields.ts'
import {
  audiences,
  homeReplyChoices,
  imagePurposes,
  lengths,
  messageAudiences,
  replyAudiences,
} from '../../database/schema.ts'
import type { AnyColumn } from '../../database/sql.ts'
import { toTimeZone } from '../../locales/time-zones.ts'
import { languages } from '../../locales/translate.ts'
import { userFields, writtenFields } from '../../people/profile-fields.ts'
import { maxPictures } from '../../posts/forms.ts'
import { postFields } from '../../posts/post.ts'
import { themes } from '../../settings/forms.ts'

/** In an order in which every row finds the rows that it needs. */
export const kinds = [
  'users',
  'posts',
  'images',
  'gaps',
  'versions',
  'blocks',
  'follows',
  'likes',
  'reposts',
  'bookmarks',
  'mutes',
] as const
/** As sentences list them. */
export const kindList = kinds.join(', ').replace(/, (\w+)$/, ' and $1')
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
  /** Empty only with pictures, which are other rows. */
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
    messages_from: Type.Optional(Type.Enum([...messageAudiences])),
    quotes_from: Type.Optional(Type.Enum([...audiences])),
    notifications_from: Type.Optional(Type.Record(Type.String(), Type.Enum([...audiences]))),
    home_replies: Type.Optional(Type.Enum([...homeReplyChoices])),
    home_reposts: Type.Optional(Type.Boolean()),
    keyboard_shortcuts: Type.Optional(Type.Boolean()),
    alt_reminder: Type.Optional(Type.Boolean()),
    last_seen_shown: Type.Optional(Type.Boolean()),
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
/** `data` is looked at by the validation: its schema would say too little. */
const ImageRow = Type.Object(
  {
    post_id: Type.Optional(Id),
    position: Type.Optional(Type.Integer({ minimum: 1, maximum: maxPictures })),
    username: Type.Optional(Username),
    purpose: Type.Optional(Type.Enum([...imagePurposes])),
    alt: Type.Optional(Text(...lengths.alt)),
    created_at: Type.Optional(Timestamp),
    sha256: Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$' })),
    data: Type.String({ minLength: 1 }),
  },
  strict,
)
const GapRow = Type.Object({ id: Id, parent_id: Type.Optional(Id), created_at: Timestamp }, strict)
const VersionRow = Type.Object(
  {
    post_id: Id,
    body: ownPost.body,
    language: ownPost.language,
    content_warning: ownPost.content_warning,
    created_at: Timestamp,
  },
  strict,
)
const since = { created_at: Type.Optional(Timestamp) }
const BlockRow = Type.Object({ blocker: Username, blocked: Username, ...since }, strict)
const FollowRow = Type.Object(
  { follower: Username, followed: Username, reposts_shown: Type.Optional(Type.Boolean()), ...since },
  strict,
)
/** What a person did with a post. */
const ReactionRow = Type.Object({ username: Username, post_id: Id, ...since }, strict)
export const rowSchemas = {
  users: UserRow,
  posts: PostRow,
  images: ImageRow,
  gaps: GapRow,
  versions: VersionRow,
  blocks: BlockRow,
  follows: FollowRow,
  likes: ReactionRow,
  reposts: ReactionRow,
  bookmarks: ReactionRow,
  mutes: ReactionRow,
}

export type UserRow = Type.Static<typeof UserRow>
export type PostRow = Type.Static<typeof PostRow>
export type ImageRow = Type.Static<typeof ImageRow>
export type GapRow = Type.Static<typeof GapRow>
export type VersionRow = Type.Static<typeof VersionRow>
export type BlockRow = Type.Static<typeof BlockRow>
export type FollowRow = Type.Static<typeof FollowRow>
export type ReactionRow = Type.Static<typeof ReactionRow>

/** `place` is where a person finds the row in the file. */
export type RawRow = { kind: string; place: string; value: unknown; error?: string }
/** `errors` are sentences that begin with the place. */
export type ValidatedRow = { kind: Kind; place: string; row: Record<string, unknown>; errors: string[] }
/** A valid row. */
export type Entry<Row> = { place: string; row: Row }
/**
 * How many rows were created, how many were there already, and a sentence about each of the others. With their places in
 * the file, by their ids: `replies` are those created that need a place in a thread, `wordless` those that need a picture.
 */
export type Outcome = {
  created: number
  present: number
  conflicts: string[]
  replies?: [number, string][]
  wordless?: [number, string][]
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
