import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { renameAccount } from '../../accounts/username-queries.ts'
import type { Database } from '../../database/database.ts'
import { engine } from '../../database/engine.ts'
import { images, posts, users } from '../../database/schema.ts'
import { asc } from '../../database/sql.ts'
import { fileKey } from '../../images/queries.ts'
import { type CliFixture, openCliFixture } from '../../testing/cli-fixture.ts'
import { photo } from '../../testing/pictures.ts'

const upload = await photo(20, 10, { format: 'png' })
const data = upload.toString('base64')

describe(`npm run import, given what is wrong, on ${engine}`, () => {
  let place: CliFixture
  let db: Database
  beforeEach(async () => {
    place = await openCliFixture()
    db = place.db
  })
  afterEach(() => place.close())
  const load = (name: string, content: unknown, ...words: string[]) =>
    place.cli('import', place.file(name, content), ...words)
  const names = async () =>
    (await db.select().from(users).orderBy(asc(users.id))).map(({ username }) => username)
  const susan = { username: 'susan', email: 'susan@example.com' }
  const john = { username: 'john', email: 'john@example.com' }

  it('names each bad row by its line and field, and imports nothing', async () => {
    const rows = [
      susan,
      { username: 'not a name', email: 'nobody' },
      { email: 'x@example.com', emial: 1 },
      { ...john, posts: [{ body: ' ' }, { body: 'x'.repeat(4001) }], createdAt: '2026-02-30', id: 0 },
      { table: 'hearts' },
      { table: 'follows', follower: 'susan' },
      3,
    ].map(row => JSON.stringify(row))
    const { code, output } = await load('bad.ndjson', `${rows.join('\n')}\n{"username"\n`)
    assert.equal(code, 1)
    for (const said of [
      'nothing was imported',
      'line 2: username must be 1 to 64 letters',
      'line 2: email must be an email address',
      'line 3: username is missing',
      'line 3: emial is not a known field',
      'line 4: posts[0].body must have 1 to 4,000 characters',
      'line 4: posts[1].body',
      'line 4: created_at must be a time like',
      'line 4: id must be a whole number',
      'line 5: "hearts" is not one of users, posts, images, gaps, versions, blocks, follows, likes, reposts, bookmarks and mutes',
      'line 6: followed is missing',
      'line 7: this is not an object',
      'line 8: is not JSON',
    ])
      assert.ok(output.includes(said), `${said}\n${output}`)
    assert.deepEqual(await names(), [])
  })

  it('refuses what people cannot have done with posts, row by row if asked to', async () => {
    const like = { table: 'likes', username: 'john', post_id: 1 }
    const rows: [object, string | null][] = [
      [susan, null],
      [
        { ...john, home_replies: 'some', notifications_from: { like: 'me' }, home_reposts: 'no' },
        'home_replies must be one of none, following, all',
      ],
      [{ table: 'posts', id: 1, username: 'susan', body: 'Tea?' }, null],
      [{ table: 'posts', id: 2, username: 'susan', body: 'Tea!', parent_id: 1 }, null],
      [{ ...like, post_id: 3 }, 'there is no post 3'],
      [{ ...like, table: 'reposts', username: 'ghost' }, 'there is no user ghost'],
      [{ ...like, table: 'bookmarks', post_id: -1 }, 'post_id must be a whole number above 0'],
      [{ ...like, table: 'mutes', post_id: 2 }, 'there is no thread that begins with post 2'],
      [{ ...like, username: '' }, 'username must be'],
      [{ ...like, color: 'red' }, 'color is not a known field'],
      [{ table: 'versions', post_id: 9, body: 'Tea', created_at: '2026-01-02' }, 'there is no post 9'],
      [{ table: 'versions', post_id: 1, body: 'Tea' }, 'created_at is missing'],
      [{ table: 'blocks', blocker: 'susan', blocked: 'Susan' }, 'susan cannot block themselves'],
      [{ table: 'blocks', blocker: 'susan', blocked: 'mary' }, null],
      [
        { table: 'follows', follower: 'mary', followed: 'susan' },
        'one of mary and susan has blocked the other',
      ],
      [
        { table: 'follows', follower: 'mary', followed: 'john', reposts_shown: 1 },
        'reposts_shown must be true',
      ],
      [{ ...like, username: 'mary' }, null],
      [{ username: 'mary', email: 'mary@example.com' }, null],
      [{ username: 'john', email: 'john@example.com' }, null],
    ]
    const file = place.file('rows.ndjson', rows.map(([row]) => JSON.stringify(row)).join('\n'))
    const { output } = await place.cli('import', file, '--partial')
    assert.match(output, /Added 3 users, 2 posts, 1 block, 0 follows and 1 like;/)
    for (const [index, [, said]] of rows.entries())
      if (said) assert.ok(output.includes(`line ${index + 1}: ${said}`), `${said}\n${output}`)
    assert.match(
      output,
      /line 2: notifications_from.like must have kinds[^]*line 2: home_reposts must be true/,
    )
    assert.match((await place.cli('import', file)).output, /nothing was imported/)
  })

  it('refuses pictures that are none, and leaves no files behind', async () => {
    const base64 = (text: string) => Buffer.from(text).toString('base64')
    const image = { table: 'images', post_id: 1, data }
    const face = { table: 'images', purpose: 'avatar', username: 'susan', data }
    const filesLeft = async () => {
      const keys: string[] = []
      for await (const { key } of place.storage.list()) keys.push(key)
      return keys.toSorted()
    }
    const svg = base64('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
    const rows: [object, string | null][] = [
      [susan, null],
      [{ table: 'posts', id: 1, username: 'susan', body: 'Tea' }, null],
      [{ table: 'posts', id: 2, username: 'susan', body: ' ' }, 'it has no words, and no picture'],
      [{ ...image, position: 1, alt: 'A cup' }, null],
      [{ ...image, position: 2, data: 'not base64' }, 'data must be the bytes of a picture in base64'],
      [{ ...image, position: 2, sha256: 'a'.repeat(64) }, 'data has changed: its digest is not sha256'],
      [{ ...image, position: 2, data: base64('hello') }, 'data is no picture that can be shown here'],
      [{ ...image, position: 2, data: svg }, 'data is no picture that can be shown here'],
      [
        { ...image, position: 2, data: upload.subarray(0, -40).toString('base64') },
        'data is a damaged picture',
      ],
      [{ ...image, position: 5 }, 'position must be a whole number from 1 to 4'],
      [image, 'position is missing'],
      [{ ...image, position: 1, post_id: 9 }, 'there is no post 9'],
      [{ ...image, position: 1 }, 'position 1 of post 1 is another picture already'],
      [{ ...image, position: 3 }, null],
      [{ ...face, username: undefined }, 'username is missing'],
      [{ ...face, post_id: 1 }, 'post_id is no field of the picture of a profile'],
      [{ ...face, username: 'ghost' }, 'there is no user ghost'],
      [{ ...face, purpose: 'cover' }, 'purpose must be one of post, avatar, banner'],
      [{ table: 'posts', username: 'susan', body: '' }, 'body must have 1 to 4,000 characters'],
      [{ ...image, position: 4, alt: 'x'.repeat(1_001) }, 'alt must have at most 1,000 characters'],
      [
        { table: 'posts', id: 3, username: 'susan', body: 'Yes', parent_id: 2 },
        'there is no post 2 that it could answer',
      ],
    ]
    const text = (given: typeof rows) => given.map(([row]) => JSON.stringify(row)).join('\n')
    // In order, but for what only the picture itself tells.
    const late = [0, 1, 3, 6].map(index => rows[index] as (typeof rows)[number])
    const { output: refused } = await load('late.ndjson', text(late))
    assert.match(refused, /^nothing was imported:\n {2}line 4: data is no picture[^\n]*\n$/)
    assert.match((await load('wordless.ndjson', text(rows.slice(0, 3)))).output, /line 3: it has no words/)
    assert.deepEqual([await names(), await db.$count(images), await filesLeft()], [[], 0, []])
    const { output } = await load('rows.ndjson', text(rows), '--partial')
    assert.match(output, /Added 1 user, 1 post, 2 images and 0 follows;/)
    for (const [index, [, said]] of rows.entries())
      if (said) assert.ok(output.includes(`line ${index + 1}: ${said}`), `${said}\n${output}`)
    const stored = await db.select().from(images).orderBy(asc(images.position))
    assert.deepEqual(
      stored.map(({ postId, position, alt }) => [postId, position, alt]),
      [
        [1, 1, 'A cup'],
        [1, 2, ''],
      ],
    )
    assert.deepEqual(
      (await db.select().from(posts)).map(({ imageCount }) => imageCount),
      [2],
    )
    const named = stored.flatMap(({ key, files }) => files.map(({ width }) => fileKey(key, width)))
    assert.deepEqual(await filesLeft(), named.toSorted())
    const other = { ...image, position: 1, alt: 'Another cup' }
    assert.match(
      (await load('other.ndjson', text([[other, null]]))).output,
      /position 1 of post 1 is another/,
    )
    rmSync(path.join(place.folder, 'media'), { recursive: true })
    place.file('media', 'in the way')
    const away = await load(
      'away.ndjson',
      text([
        [john, null],
        [{ ...face }, null],
      ]),
    )
    assert.match(away.output, /^the folder of pictures cannot be used/)
    assert.deepEqual(await names(), ['susan'])
  })

  it('refuses times before 1970 and of the future, in words', async () => {
    const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString()
    const times = ['1969-12-31T23:59:59Z', '0001-01-01', '1943-01-05', inDays(1), '2126-01-01', '9999-12-31']
    const rows = [
      susan,
      ...times.map(created_at => ({ table: 'posts', username: 'susan', body: 'x', created_at })),
      { ...john, last_seen_at: inDays(2), posts: [{ body: 'x', edited_at: '0050-01-01' }] },
      { table: 'follows', follower: 'susan', followed: 'john', created_at: '1969-01-01' },
    ]
    const { code, output } = await load('times.ndjson', rows.map(row => JSON.stringify(row)).join('\n'))
    assert.equal(code, 1)
    const said = (line: number, field: string) =>
      output.includes(`line ${line}: ${field} must be a time like 2026-11-20T16:00:00Z, from 1970 until now`)
    for (const index of times.keys()) assert.ok(said(index + 2, 'created_at'), `${times[index]}\n${output}`)
    assert.ok(said(8, 'last_seen_at') && said(8, 'posts[0].edited_at') && said(9, 'created_at'), output)
    assert.deepEqual(await names(), [])
  })

  it('names rows of a document by their place in it', async () => {
    const text = `{\n"users": [\n  {"username": "susan",\n   "email": "é@"},\n  {"username": "j", "email": "susan"}\n]}`
    const { output } = await load('bad.json', text)
    assert.match(output, /users\[0\] \(line 3\): email must/)
    assert.match(output, /users\[1\] \(line 5\): email must/)
  })

  const conflicts: [string, unknown[], RegExp][] = [
    [
      'the same name with another address',
      [{ ...susan, email: 'other@example.com' }],
      /username susan is taken/,
    ],
    [
      'another spelling of a name',
      [{ username: 'SUSAN', email: 'other@example.com' }],
      /username susan is taken/,
    ],
    ['somebody’s address', [{ username: 'other', email: 'Susan@Example.com' }], /email .* is susan's/],
    [
      'somebody’s id',
      [{ username: 'other', email: 'o@x.org', id: 3 }],
      /id 3 is susan's already: leave the id out/,
    ],
    ['other words about somebody', [{ ...susan, about: 'Hi' }], /susan already exists with another about/],
    [
      'a name twice in the file',
      [john, { ...john, email: 'j@x.org' }],
      /users\[1\] .*username john is taken/,
    ],
    ['a post of nobody', [{ table: 'posts', username: 'ghost', body: 'boo' }], /there is no user ghost/],
    [
      'a follow of oneself',
      [{ table: 'follows', follower: 'susan', followed: 'Susan' }],
      /cannot follow themselves/,
    ],
    [
      'a post’s id for other words',
      [{ table: 'posts', id: 5, username: 'susan', body: 'b' }],
      /id 5 is another post's: leave the id out/,
    ],
  ]
  it('leaves everything as it is when a row is in somebody’s way', async () => {
    await load('first.json', {
      users: [{ ...susan, id: 3 }],
      posts: [{ id: 5, username: 'susan', body: 'a' }],
    })
    for (const [what, rows, said] of conflicts) {
      const isBare = !rows.some(row => 'table' in Object(row))
      const innocent = { username: 'innocent', email: 'i@example.com' }
      const all = [innocent, ...rows]
      const content = isBare ? { users: all.slice(1) } : all.map(row => JSON.stringify(row)).join('\n')
      const { code, output } = await load(isBare ? 'way.json' : 'way.ndjson', content)
      assert.equal(code, 1, what)
      assert.match(output, said, what)
      assert.match(output, /^nothing was imported:\n {2}[^\n]+\n$/, what)
      assert.deepEqual(await names(), ['susan'], what)
    }
    assert.equal(await db.$count(posts), 1)
  })

  it('leaves a name that somebody had before to them', async () => {
    await load('first.json', { users: [susan] })
    await db.transaction(async tx => {
      const [own] = await tx.select({ id: users.id }).from(users)
      await renameAccount(tx, { id: Number(own?.id), username: 'sue' }, new Date())
    })
    const { code, output } = await load('former.json', { users: [{ ...susan, email: 'other@example.com' }] })
    assert.equal(code, 1)
    assert.match(output, /username susan once belonged to another account/)
    assert.deepEqual(await names(), ['sue'])
  })

  it('refuses in a sentence what it cannot read', async () => {
    const long = `{"username":"susan","about":"${'x'.repeat(3_000_000)}"}`
    for (const [name, content, said] of [
      ['empty.json', '', /is empty/],
      ['page.html', '<html>', /is not JSON/],
      [
        'cut.json',
        `[${JSON.stringify(susan)}, {"user`,
        /^around line 1, the file is not JSON: it ends in the middle\n$/,
      ],
      [
        'commas.json',
        `[${JSON.stringify(susan)},,]`,
        /^around line 1, the file is not JSON: , is not expected there\n$/,
      ],
      ['names.json', '{"users": [{name: 1}]}', /line 1, the file is not JSON: a is not expected there/],
      ['number.json', '[{"username" 1}]', /not JSON: 1 is not expected there/],
      ['parts.json', '{"users": [],\n"people": []}', /line 2: "people" is not one of/],
      ['list.json', '{"users": [], "posts": {"a": {}}}', /posts must be a list/],
      ['long.ndjson', long, /line 1 is longer than a megabyte/],
      ['long.json', `[\n${long}]`, /line 2: a row is longer than a megabyte/],
      ['latin.ndjson', Buffer.from('{"username":"caf\xe9"}', 'latin1'), /line 1 is not UTF-8/],
      ['latin.json', Buffer.from('[{"username":"caf\xe9"}]', 'latin1'), /not UTF-8/],
      ['cut.json.gz', gzipSync('[{}]').subarray(0, 12), /cannot be decompressed/],
    ] as const) {
      const { code, output } = await load(name, content)
      assert.equal(code, 1, name)
      assert.match(output, said, name)
      assert.match(output, /^[^\n]+\n$/, name)
    }
    for (const words of [[], ['nowhere.json'], [place.folder], ['a', 'b'], ['a', '--fast']]) {
      const { code, output } = await place.cli('import', ...words)
      assert.equal(code, 1, words.join(' '))
      assert.match(output, /^[^\n]+\n$/)
    }
    assert.deepEqual(await names(), [])
  })
})
