/** Rows for every table, as a site has them after a while; a database of an earlier state takes those that fit it. */
import { hashPassword } from '../../app/security/passwords.ts'

type Rows = Record<string, unknown>[]

const long = '👩‍🚀 '.repeat(30).trim()
const at = (minutes: number) => new Date(Date.now() - 86_400_000 + minutes * 60_000)
const token = (n: number) => `${n}`.padEnd(43, 'x')

/** By their tables, parents first; `password` is susan's. */
export async function earlierRows(password: string): Promise<[table: string, rows: Rows][]> {
  const passwordHash = await hashPassword(password)
  const person = (id: number, username: string, over = {}) => ({
    id,
    username,
    username_key: username.toLowerCase(),
    display_name: username,
    email: `${username}@example.com`,
    email_key: `${username.toLowerCase()}@example.com`,
    email_confirmed_at: at(0),
    password_hash: passwordHash,
    about: '',
    language: null,
    theme: 'auto',
    messages_from: 'everyone',
    closed_at: null,
    last_seen_at: at(id),
    created_at: at(0),
    ...over,
  })
  const post = (id: number, body: string, over = {}) => ({
    id,
    user_id: 1,
    body,
    entities: [],
    language: 'en',
    submission: null,
    created_at: at(id),
    edited_at: null,
    ...over,
  })
  const tag = { kind: 'tag', start: 0, end: 8, href: '/tags/harbour' }
  const susan = { display_name: 'Susan "the \\ sailor"\n', about: long, language: 'es', theme: 'dark' }
  const dates = { created_at: at(1), expires_at: at(10_000) }
  const pair = { conversation_id: 1, last_message_at: at(3) }
  return [
    [
      'users',
      [person(1, 'Susan', susan), person(2, 'john'), person(900, 'mary', { messages_from: 'following' })],
    ],
    [
      'sessions',
      [true, false].map((persistent, n) => ({
        id: n + 1,
        token_hash: token(n),
        user_id: n + 1,
        last_used_at: at(2),
        persistent,
        user_agent: 'Firefox',
        label: 'Firefox',
        ...dates,
      })),
    ],
    [
      'posts',
      [
        post(1, '#harbour earlierword'),
        post(2, long, { language: null, submission: 'once', edited_at: at(5) }),
        post(7, '#harbour by @john', { user_id: 2, entities: [tag] }),
      ],
    ],
    [
      'follows',
      [
        { follower_id: 1, followed_id: 2, created_at: at(1) },
        { follower_id: 900, followed_id: 1, created_at: at(2) },
      ],
    ],
    ['mentions', [{ post_id: 7, user_id: 2 }]],
    ['hashtags', [{ tag: 'harbour', post_id: 7, created_at: at(7) }]],
    ['password_resets', [{ id: 3, token_hash: token(3), user_id: 1, ...dates }]],
    [
      'jobs',
      [
        {
          id: 1,
          name: 'mail',
          input: {},
          state: 'parked',
          attempts: 5,
          error: 'no',
          created_at: at(1),
          finished_at: at(2),
        },
        {
          id: 2,
          name: 'exports.make',
          input: { language: 'en' },
          user_id: 1,
          state: 'done',
          attempts: 1,
          result: { a: [1] },
          created_at: at(1),
          finished_at: new Date(),
        },
      ],
    ],
    [
      'email_confirmations',
      [{ id: 1, token_hash: token(4), user_id: 2, email: 'john@example.org', ...dates }],
    ],
    ['former_usernames', [{ username_key: 'suse', user_id: 1, created_at: at(1) }]],
    ['known_devices', [{ id: 1, token_hash: token(5), user_id: 1, last_used_at: at(1) }]],
    [
      'interrupted_forms',
      [{ token_hash: token(6), path: '/posts', fields: { body: long }, created_at: at(1) }],
    ],
    ['rate_limits', [{ key: 'posting:2', free_at: at(10_000) }]],
    ['blocks', [{ blocker_id: 2, blocked_id: 900, created_at: at(1) }]],
    ['conversations', [{ id: 1, first_id: 1, second_id: 2, created_at: at(1) }]],
    [
      'participants',
      [
        { ...pair, user_id: 1, other_id: 2, unread: 1 },
        { ...pair, user_id: 2, other_id: 1, unread: 0 },
      ],
    ],
    [
      'messages',
      [
        {
          id: 4,
          conversation_id: 1,
          sender_id: 2,
          body: `hola ${long}`,
          entities: [],
          language: 'es',
          submission: 's',
          created_at: at(3),
        },
      ],
    ],
    [
      'notifications',
      [
        {
          id: 1,
          user_id: 2,
          kind: 'follow',
          subject: 'follow:1',
          actor_id: 1,
          created_at: at(1),
          read_at: null,
        },
      ],
    ],
    [
      'api_tokens',
      [{ id: 1, token_hash: token(6), user_id: 1, name: 'script', scope: 'write', created_at: at(1) }],
    ],
    [
      'idempotency_keys',
      [
        {
          user_id: 1,
          key: 'k',
          request: 'r',
          status: 201,
          location: null,
          body: '{"a":1}',
          created_at: new Date(),
        },
      ],
    ],
    [
      'exports',
      [
        {
          id: 1,
          user_id: 1,
          job_id: 2,
          size: 3,
          created_at: at(1),
          finished_at: at(2),
          expires_at: at(20_000),
        },
      ],
    ],
    ['export_parts', [{ export_id: 1, position: 0, bytes: Buffer.from([0, 255, 1]) }]],
    ['translations', [{ post_id: 1, language: 'es', body: '#puerto', created_at: at(2) }]],
  ]
}
