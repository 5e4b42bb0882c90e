/** What a row of each kind may say, and the words about each field that says something else. */
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { SignUpForm } from '../../accounts/forms.ts'
import { languages } from '../../locales/translate.ts'
import { themes } from '../../settings/forms.ts'
import { isTimestamp } from './timestamps.ts'

const Id = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })
const Moment = Type.Refine(Type.String(), isTimestamp)
const upTo = (most: number) => Type.Refine(Type.String(), text => [...text].length <= most)
const Language = Type.Union([Type.Null(), Type.String({ pattern: '^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$' })])
const { username: Username, email: Email } = SignUpForm.properties
const exactly = { additionalProperties: false }

const ownPost = {
  id: Type.Optional(Id),
  body: Type.Refine(upTo(4_000), text => text !== ''),
  language: Type.Optional(Language),
  created_at: Type.Optional(Moment),
  edited_at: Type.Optional(Moment),
}
const UserRow = Type.Object(
  {
    id: Type.Optional(Id),
    username: Username,
    email: Email,
    display_name: Type.Optional(Type.Refine(upTo(64), text => text !== '')),
    about: Type.Optional(upTo(140)),
    language: Type.Optional(Type.Union([Type.Null(), Type.Enum(languages.map(({ code }) => code))])),
    theme: Type.Optional(Type.Enum([...themes])),
    password: Type.Optional(Type.Refine(upTo(200), text => [...text].length >= 8)),
    password_hash: Type.Optional(
      Type.String({ pattern: '^\\$argon2id\\$v=19\\$m=\\d+,t=\\d+,p=\\d+\\$[^$]+\\$[^$]+$' }),
    ),
    created_at: Type.Optional(Moment),
    last_seen_at: Type.Optional(Moment),
    posts: Type.Optional(Type.Array(Type.Object(ownPost, exactly))),
  },
  exactly,
)
const PostRow = Type.Object({ ...ownPost, username: Username }, exactly)
const FollowRow = Type.Object(
  { follower: Username, followed: Username, created_at: Type.Optional(Moment) },
  exactly,
)

export type UserRow = Type.Static<typeof UserRow>
export type PostRow = Type.Static<typeof PostRow>
export type FollowRow = Type.Static<typeof FollowRow>
export type RowOf = { users: UserRow; posts: PostRow; follows: FollowRow }

export const checks = { users: Compile(UserRow), posts: Compile(PostRow), follows: Compile(FollowRow) }

const name = 'must be 1 to 64 letters, digits or underscores'
/** What completes the sentence “line 3: email …”. */
export const wording: Record<string, string> = {
  id: 'must be a whole number above 0',
  username: name,
  follower: name,
  followed: name,
  email: 'must be an email address of at most 120 characters',
  display_name: 'must have 1 to 64 characters',
  about: 'must have at most 140 characters',
  theme: `must be one of ${themes.join(', ')}`,
  password: 'must have 8 to 200 characters',
  password_hash: 'must be an argon2id hash as a PHC string',
  body: 'must have 1 to 4,000 characters',
  posts: 'must be a list of posts',
  language: 'must be a language that this site knows, like "en", or null',
  created_at: 'must be a time like 2026-11-20T16:00:00Z',
  edited_at: 'must be a time like 2026-11-20T16:00:00Z',
  last_seen_at: 'must be a time like 2026-11-20T16:00:00Z',
}
