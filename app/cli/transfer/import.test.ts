import assert from 'node:assert/strict'
import path from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { Database } from '../../database/database.ts'
import { engine } from '../../database/engine.ts'
import { follows, hashtags, mentions, posts, users } from '../../database/schema.ts'
import { asc } from '../../database/sql.ts'
import { type CliFixture, openCliFixture } from '../../testing/cli-fixture.ts'

describe(`npm run import on ${engine}`, () => {
  let place: CliFixture
  let db: Database
  beforeEach(async () => {
    place = await openCliFixture()
    db = place.db
  })
  afterEach(() => place.close())
  const load = (name: string, content: unknown, ...words: string[]) =>
    place.cli('import', place.file(name, content), ...words)
  const everybody = () => db.select().from(users).orderBy(asc(users.id))
  const names = async () => (await everybody()).map(({ username }) => username)
  const susan = { username: 'susan', email: 'susan@example.com' }
  const john = { username: 'john', email: 'john@example.com' }
  const town = {
    users: [
      { ...susan, id: 41, displayName: 'Susan 👨‍👩‍👧', createdAt: '2026-01-02T03:04:05.678Z' },
      { ...john, posts: [{ body: 'Tea, @Mary? #Tea' }] },
      { username: 'Mary', email: 'mary@example.com', language: null },
    ],
    follows: [{ follower: 'susan', followed: 'mary', created_at: '2026-01-03' }],
    posts: [
      { id: 7, username: 'susan', body: 'עברית 🎈', language: 'he', created_at: '2026-01-02 03:04:05' },
    ],
  }

  it('reads standard input, and takes the name of the PHP original for a username', async () => {
    const rows = [{ name: 'susan', email: susan.email, posts: [{ body: 'Tea' }] }, john]
    const { code, output } = await place.cliWithInput(JSON.stringify(rows), 'import', '-')
    assert.equal(code, 0, output)
    assert.match(output, /Added 2 users, 1 post and 0 follows/)
    assert.deepEqual(await names(), ['susan', 'john'])
    const both = await place.cliWithInput(JSON.stringify([{ ...john, name: 'John' }]), 'import', '-')
    assert.match(both.output, /users\[0\] \(line 1\): name is not a known field/)
    assert.match((await place.cliWithInput('', 'import', '-')).output, /^standard input is empty\n$/)
  })

  it('brings users, posts and follows, with the ids given, and none that is given twice', async () => {
    const { code, output } = await load('town.json', town)
    assert.equal(code, 0, output)
    assert.match(output, /Added 3 users, 2 posts and 1 follow; 0 rows were there already/)
    const [first, second, third] = await everybody()
    assert.equal(first?.id, 41)
    assert.equal(first?.displayName, 'Susan 👨‍👩‍👧')
    assert.equal(first?.createdAt.toISOString(), '2026-01-02T03:04:05.678Z')
    assert.ok(Number(second?.id) > 41 && Number(third?.id) > 41)
    const written = await db.select().from(posts).orderBy(asc(posts.id))
    assert.deepEqual(
      written.map(({ id, userId, body, language }) => ({ id, userId, body, language })).at(0),
      { id: 7, userId: 41, body: 'עברית 🎈', language: 'he' },
    )
    assert.equal(written[0]?.createdAt.toISOString(), '2026-01-02T03:04:05.000Z')
    assert.equal(written[1]?.entities[0]?.href, '/@Mary')
    assert.deepEqual(
      (await db.select().from(hashtags)).map(({ tag }) => tag),
      ['tea'],
    )
    const mary = (await everybody()).find(({ username }) => username === 'Mary')
    assert.deepEqual(await db.select().from(mentions), [{ postId: written[1]?.id, userId: mary?.id }])
    const [followed] = await db.select().from(follows)
    assert.equal(followed?.createdAt.toISOString(), '2026-01-03T00:00:00.000Z')
  })

  it('changes nothing when it is done again, not even the next id', async () => {
    const { cli } = place
    const document = place.file('town.json', town)
    await cli('import', document)
    const everything = async () => (await cli('db:backup', '-')).output.trim().split('\n').slice(1, -1)
    const once = await everything()
    const { code, output } = await cli('import', document)
    assert.equal(code, 0, output)
    assert.match(output, /Added 0 users, 0 posts and 0 follows; 6 rows were there already/)
    assert.deepEqual(await everything(), once)
  })

  it('gives the next account an id above those imported', async () => {
    await load('ids.json', [{ ...susan, id: 1 }, john, { username: 'mary', email: 'm@x.org', id: 2 }])
    await load('next.json', [{ username: 'david', email: 'd@x.org' }])
    const ids = (await everybody()).map(({ id }) => id)
    assert.equal(new Set(ids).size, 4)
    assert.equal(ids.at(-1), Math.max(...ids))
  })

  it('reads a bare list, lines, a byte order mark, windows line ends, and packed files', async () => {
    const post = JSON.stringify({ table: 'posts', username: 'john', body: 'x' })
    const lines = `\uFEFF${JSON.stringify(susan)}\r\n\r\n${post}\r\n${JSON.stringify(john)}`
    for (const [name, content] of [
      ['a.json', [susan]],
      ['b.json', `\uFEFF [\n${JSON.stringify(john)} ]\n`],
      ['c.ndjson', lines],
      ['d.json', lines],
      ['e.json.gz', gzipSync(JSON.stringify({ users: [susan, john], follows: [], posts: [] }))],
      ['f.json', { users: [] }],
      ['g.json', []],
    ] as const) {
      const { code, output } = await load(name, content)
      assert.equal(code, 0, `${name} ${output}`)
    }
    assert.deepEqual(await names(), ['susan', 'john'])
    assert.equal(await db.$count(posts), 1)
  })

  it('brings what is right when told to, and reports the rest', async () => {
    const rows = [
      susan,
      { username: 'x' },
      { ...john, email: susan.email },
      { ...john, posts: [{ body: 'hi' }] },
    ]
    const ghost = { table: 'posts', username: 'ghost', body: 'boo' }
    const lines = [...rows, ghost].map(row => JSON.stringify(row)).join('\n')
    const { code, output } = await load('some.ndjson', `${lines}\nnonsense`, '--partial')
    assert.equal(code, 1)
    assert.match(output, /Added 2 users, 1 post and 0 follows/)
    assert.match(output, /4 rows could not be imported/)
    for (const said of [
      'line 2: email is missing',
      "line 3: email susan@example.com is susan's",
      'line 5: there',
      'line 6',
    ])
      assert.ok(output.includes(said), output)
    assert.deepEqual(await names(), ['susan', 'john'])
  })

  it('lets an account with a password sign in, and the others by a link only', async () => {
    await load('passwords.json', [{ ...susan, password: 'tea at the harbour' }, john])
    const [first, second] = await everybody()
    const { verifyPassword } = await import('../../security/passwords.ts')
    assert.equal(await verifyPassword('tea at the harbour', first?.passwordHash), true)
    assert.match(String(second?.passwordHash), /^\$argon2id/)
  })

  it('exports what makes the same site again', async () => {
    await load('town.json', town)
    const { cli, folder } = place
    const [document, lines] = [path.join(folder, 'out.json'), path.join(folder, 'out.ndjson.gz')]
    for (const file of [document, lines])
      assert.equal((await cli('export', file, '--with-passwords')).code, 0)
    const everything = async () => [
      await everybody(),
      (await db.select().from(posts).orderBy(asc(posts.id))).map(post => ({ ...post, submission: null })),
      await db.select().from(follows),
      await db.select().from(mentions),
      await db.select().from(hashtags),
    ]
    const before = await everything()
    for (const file of [document, lines]) {
      await db.transaction(async tx => void (await tx.delete(users)))
      const { code, output } = await cli('import', file)
      assert.equal(code, 0, output)
      assert.deepEqual(await everything(), before)
    }
    assert.doesNotMatch((await cli('export')).output, /argon2id/)
    assert.match((await cli('export', document)).output, /already exists/)
  })
})
