import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { createAccount } from '../../accounts/queries.ts'
import { cursorOf } from '../../database/cursor.ts'
import type { Database } from '../../database/database.ts'
import { engine } from '../../database/engine.ts'
import {
  blocks,
  bookmarks,
  follows,
  hashtags,
  images,
  likes,
  mentions,
  posts,
  postVersions,
  reposts,
  threadGaps,
  threadMutes,
  users,
} from '../../database/schema.ts'
import { asc, eq, gt } from '../../database/sql.ts'
import { deletePost, findPost, publishPost } from '../../posts/queries.ts'
import { findPosts } from '../../search/find.ts'
import { parseQuery } from '../../search-index/query.ts'
import { type CliFixture, openCliFixture } from '../../testing/cli-fixture.ts'
import { photo } from '../../testing/pictures.ts'
import { importAll } from './import.ts'
import { intactFile, namedFiles } from './pictures.ts'

const data = (await photo(20, 10)).toString('base64')
const byText = (one: object, other: object) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1)

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

  /** The town with what people do with posts. */
  const at = (minute: number) => `2026-02-03T04:${String(minute).padStart(2, '0')}:00.000Z`
  const quoting = { quoted_id: 7, quote_detached: true, content_warning: 'Tea', pinned_at: at(9) }
  const settings = {
    messages_from: 'following',
    quotes_from: 'nobody',
    notifications_from: { like: 'following', reply: 'nobody' },
    home_replies: 'all',
    home_reposts: false,
    keyboard_shortcuts: false,
    last_seen_shown: true,
  }
  const reactions = (names: string[], post_id: number) =>
    names.map((username, minute) => ({ username, post_id, created_at: at(minute) }))
  const lively = {
    users: [...town.users, { username: 'david', email: 'david@example.com', ...settings }],
    follows: [
      ...town.follows,
      { follower: 'mary', followed: 'john', reposts_shown: false, created_at: at(1) },
    ],
    blocks: [{ blocker: 'david', blocked: 'susan', created_at: at(2) }],
    posts: [
      ...town.posts,
      { id: 8, username: 'mary', body: 'As I said, @john', created_at: at(3), edited_at: at(5), ...quoting },
      { id: 11, username: 'john', body: 'To what is gone', parent_id: 10, created_at: at(6) },
      { id: 12, username: 'mary', body: 'Quoting what is gone', quoted_id: 900, created_at: at(7) },
      { id: 13, username: 'john', body: '', language: null, created_at: at(8) },
    ],
    images: [
      { post_id: 7, position: 2, data },
      { postId: 7, position: 1, alt: 'A "cup" 🎈', created_at: at(1), data },
      { post_id: 13, position: 1, purpose: 'post', data },
      { username: 'Susan', purpose: 'avatar', created_at: at(2), data },
      { username: 'john', purpose: 'banner', data },
    ],
    gaps: [{ id: 10, created_at: at(4) }],
    versions: [
      { post_id: 8, body: 'As I sayed, @john #Tea', language: 'en', created_at: at(3), content_warning: 'T' },
      { postId: 8, body: 'As I said #tee', created_at: at(4) },
    ],
    likes: [
      ...reactions(['susan', 'john', 'mary'], 7),
      ...reactions(['mary'], 8),
      ...reactions(['John'], 11),
    ],
    reposts: [...reactions(['mary', 'susan'], 8), ...reactions(['john'], 7)],
    bookmarks: reactions(['susan', 'john'], 8),
    mutes: [...reactions(['susan'], 8), ...reactions(['john'], 10)],
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
    const document = place.file('town.json', lively)
    assert.match(
      (await cli('import', document)).output,
      /Added 4 users, 6 posts, 5 images, 1 gap, 2 versions, 1 block, 2 follows, 5 likes, 3 reposts, 2 bookmarks and 2 mutes; 0 rows/,
    )
    const everything = async () => (await cli('db:backup', '-')).output.trim().split('\n').slice(1, -1)
    const once = await everything()
    const { code, output } = await cli('import', document)
    assert.equal(code, 0, output)
    assert.match(output, /Added 0 users, 0 posts and 0 follows; 33 rows were there already/)
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

  describe('of replies', () => {
    const at = (second: number) => `2026-01-02T03:04:${String(second).padStart(2, '0')}Z`
    const people = [susan, john, { username: 'mary', email: 'mary@example.com' }]
    const arrive = () =>
      db.transaction(async tx => {
        for (const person of people)
          await createAccount(tx, { ...person, passwordHash: '-', language: null }, new Date())
      })
    const places = async () => {
      const { id, userId, parentId, rootId, answeredId } = posts
      return db.select({ id, userId, parentId, rootId, answeredId }).from(posts).orderBy(asc(id))
    }
    const gaps = () => db.select().from(threadGaps).orderBy(asc(threadGaps.postId))
    /** A post of this person's, or their answer. */
    const write = async (name: string, body: string, parentId?: number) => {
      const [author] = await db.select().from(users).where(eq(users.username, name))
      const userId = Number(author?.id)
      return db.transaction(async tx => {
        const parent = parentId ? await findPost(tx, parentId, null) : undefined
        const draft = { userId, body, language: 'en', submission: null, ...(parent && { parent }) }
        return publishPost(tx, draft, new Date(Date.now() - 60_000))
      })
    }
    const remove = async (id: number) => {
      const [post] = await db.select().from(posts).where(eq(posts.id, id))
      await db.transaction(tx => deletePost(tx, { id, userId: Number(post?.userId) }))
    }

    it('takes threads over as they were, with the gaps in them', async () => {
      await arrive()
      const root = await write('susan', 'Tea?')
      const first = await write('john', 'With milk.', root)
      const thanks = await write('susan', 'At once.', first)
      await write('susan', 'Here it is.', thanks)
      const gone = await write('mary', 'Soon gone', first)
      const below = await write('mary', 'Soon gone, too', gone)
      await write('john', 'Who was that?', below)
      await write('susan', 'Continued', root)
      const own = await write('susan', 'Soon gone, of her own')
      await write('susan', 'Which goes on', await write('susan', 'Her own, under a gap', own))
      await write('john', 'Under the same gap', own)
      for (const id of [gone, below, own]) await remove(id)
      const everything = async () => [await places(), await gaps(), await db.select().from(mentions)]
      const before = await everything()
      assert.equal((await gaps()).length, 3)
      const file = path.join(place.folder, 'out.ndjson')
      assert.equal((await place.cli('export', file)).code, 0)
      await db.transaction(async tx => {
        await tx.delete(users)
        await tx.delete(threadGaps)
      })
      for (const times of ['once', 'twice']) {
        const { code, output } = await place.cli('import', file)
        assert.equal(code, 0, output)
        assert.deepEqual(await everything(), before, times)
      }
    })

    it('finds what they answer wherever that stands, in the file or on the site', async () => {
      const rows = [
        { id: 30, username: 'susan', body: 'To the answer', parent_id: 20, created_at: at(3) },
        { id: 20, username: 'john', body: 'An answer', parentId: 10, created_at: at(2) },
        { username: 'john', body: 'Continued', parent_id: 20 },
        { username: 'john', body: 'Continued', parent_id: 30 },
        { id: 10, username: 'susan', body: 'Tea?', created_at: at(1) },
      ]
      const { code, output } = await load('some.json', { posts: rows, users: people })
      assert.equal(code, 0, output)
      const [hers, his] = (await everybody()).map(({ id }) => id)
      const own = { userId: his, rootId: 10, answeredId: hers }
      assert.deepEqual(await places(), [
        { id: 10, userId: hers, parentId: null, rootId: null, answeredId: null },
        { ...own, id: 20, parentId: 10 },
        { ...own, id: 30, userId: hers, parentId: 20, answeredId: his },
        { ...own, id: 31, parentId: 20 },
        { ...own, id: 32, parentId: 30 },
      ])
      const found = await findPosts(db, parseQuery('to:john'), {
        text: '',
        order: 'newest',
        viewer: null,
        cursor: cursorOf({}),
      })
      assert.deepEqual(
        found.posts.rows.map(({ id }) => id),
        [30],
        'the index knows',
      )
      const later = [{ ...susan, posts: [{ body: 'Much later', parent_id: 32 }] }]
      assert.equal((await load('later.json', later)).code, 0)
      const added = (await places()).at(-1)
      assert.deepEqual([added?.parentId, added?.rootId, added?.answeredId], [32, 10, his])
    })

    it('refuses the id of a deleted post that has replies, and leaves these as they are', async () => {
      await arrive()
      const root = await write('susan', 'Tea?')
      const answer = await write('john', 'With milk.', root)
      await write('mary', 'And sugar.', answer)
      await remove(root)
      const everything = async () => [await places(), await gaps()]
      const before = await everything()
      const back = [
        { id: root, username: 'susan', body: 'Tea?', parent_id: 99_999 },
        { id: 500, username: 'mary', body: 'To nothing', parent_id: 99_999 },
      ]
      const { output } = await load('back.json', { posts: back }, '--partial')
      assert.match(output, /Added 0 users, 0 posts and 0 follows/)
      assert.match(output, /2 rows could not be imported/)
      assert.match(
        output,
        new RegExp(`posts\\[0\\] .*: id ${root} is a deleted post's, .*: leave the id out`),
      )
      const all = await load('root.json', { posts: [{ id: root, username: 'susan', body: 'Tea?' }] })
      assert.match(all.output, /nothing was imported:\n.* is a deleted post's/)
      assert.deepEqual(await everything(), before)
    })

    it('deletes no posts but its own', async () => {
      await arrive()
      await write('susan', 'Tea?')
      const theirs = await write('john', 'Without a place, by an import that was ended')
      const lost = { parentId: 77_777 }
      await db.transaction(async tx => void (await tx.update(posts).set(lost).where(eq(posts.id, theirs))))
      const before = await places()
      const rows = [{ username: 'mary', body: 'To nothing', parent_id: 99_999 }]
      const { output } = await load('nothing.json', { posts: rows }, '--partial')
      assert.match(output, /Added 0 users, 0 posts[^]*1 row could not be imported/)
      assert.deepEqual(await places(), before)
    })

    it('counts every reply that has no place and says why', async () => {
      const by = { username: 'susan', body: 'Tea?' }
      const rows = [
        { ...by, id: 1 },
        { ...by, id: 2, parent_id: 99 },
        { ...by, id: 3, parent_id: 2 },
        { ...by, parent_id: 3 },
        { ...by, id: 5, parent_id: 6 },
        { ...by, id: 6, parent_id: 5 },
        { ...by, id: 7, parent_id: 6 },
        { ...by, id: 8, parent_id: 8 },
        { ...by, id: 9, parent_id: 1 },
      ]
      const document = { users: people, posts: rows, gaps: [{ id: 4, parent_id: 98, created_at: at(1) }] }
      const { output } = await load('lost.json', document, '--partial')
      assert.match(output, /Added 3 users, 2 posts[^]*8 rows could not be imported:/)
      for (const said of [
        /posts\[1\] .*: there is no post 99/,
        /posts\[2\] .*: it answers post 2, which has no place/,
        /posts\[3\] .*: it answers post 3, which has no place/,
        /posts\[4\] .*: it answers itself, by way of post 6/,
        /posts\[5\] .*: it answers itself, by way of post 5/,
        /posts\[6\] .*: it answers post 6, which has no place/,
        /posts\[7\] .*: it answers itself, by way of post 8/,
        /gaps\[0\] .*: there is no post 98/,
      ])
        assert.match(output, said)
      assert.deepEqual(
        (await places()).map(({ id }) => id),
        [1, 9],
      )
      assert.deepEqual(await gaps(), [])
    })

    it('says which of them answer nothing, and imports nothing or the rest', async () => {
      const rows = [
        { id: 1, username: 'susan', body: 'Tea?' },
        { id: 2, username: 'john', body: 'Yes', parent_id: 1 },
        { id: 3, username: 'john', body: 'To nothing', parent_id: 99 },
        { id: 4, username: 'susan', body: 'To the one to nothing', parent_id: 3 },
      ]
      const { code, output } = await load('missing.json', { users: people, posts: rows })
      assert.equal(code, 1)
      assert.match(
        output,
        /nothing was imported:\n {2}posts\[2\] .*: there is no post 99 that it could answer\n {2}posts\[3\] .*: it answers post 3, .*\n$/,
      )
      const circle = [
        { ...rows[0], parent_id: 1 },
        { ...rows[1], id: 5, parent_id: 6 },
        { ...rows[1], id: 6, parent_id: 5 },
      ]
      const round = await load('circle.json', { users: people, posts: circle })
      for (const [index, parent] of [1, 6, 5].entries())
        assert.match(
          round.output,
          new RegExp(`posts\\[${index}\\] .*: it answers itself, by way of post ${parent}\\n`),
        )
      assert.deepEqual([await names(), await places()], [[], []])
      const document = { users: people, posts: rows, gaps: [{ id: 1, created_at: at(1) }] }
      const { output: some } = await load('some.json', document, '--partial')
      assert.match(some, /Added 3 users, 2 posts[^]*3 rows could not be imported:/)
      assert.match(some, /gaps\[0\] .*: id 1 is a post that was not deleted/)
      assert.match(some, /posts\[2\] .*: there is no post 99/)
      assert.deepEqual(
        (await places()).map(({ id, rootId }) => [id, rootId]),
        [
          [1, null],
          [2, 1],
        ],
      )
    })
  })

  it('counts likes and reposts where posts show their number, also of rows that come later', async () => {
    const numbers = async () => {
      const { id, likeCount, repostCount, quotedId, pinnedAt } = posts
      const some = db.select({ id, likeCount, repostCount, quotedId, pinnedAt }).from(posts)
      return (await some.where(gt(id, 6)).orderBy(asc(id))).map(row => Object.values(row))
    }
    await load('town.json', lively)
    const john = (await numbers()).find(([id]) => Number(id) > 12)
    assert.deepEqual(
      await numbers(),
      [
        [7, 3, 1, null, null],
        [8, 1, 2, 7, new Date(at(9))],
        [11, 1, 0, null, null],
        [12, 0, 0, 900, null],
        [13, 0, 0, null, null],
        [901, 0, 0, null, null],
      ],
      'and a post without an id gets none that another names',
    )
    assert.ok(john)
    const later = { likes: reactions(['susan', 'john', 'mary', 'david'], 8), reposts: reactions(['john'], 8) }
    const { output } = await load('later.json', later, '--partial')
    assert.match(output, /Added 0 users, 0 posts, 0 follows, 3 likes and 1 repost; 1 row was there already/)
    assert.deepEqual((await numbers())[1]?.slice(0, 3), [8, 4, 3])
  })

  it('tells a running site which pages have changed', async () => {
    await load('town.json', lively)
    const heard = new Set<string>()
    const stop = db.listen(invalidation => {
      for (const tag of invalidation) heard.add(tag)
    })
    const later = {
      posts: [{ username: 'susan', body: 'Later', parent_id: 8 }],
      likes: reactions(['david'], 12),
      reposts: reactions(['david'], 12),
      mutes: reactions(['mary'], 7),
    }
    const rows = Object.entries(later).flatMap(([kind, list]) =>
      list.map((value, index) => ({ kind, place: `${kind}[${index}]`, value })),
    )
    async function* read() {
      yield rows
    }
    await importAll(place, read)
    stop()
    const idOf = new Map((await everybody()).map(({ username, id }) => [username, id]))
    for (const tag of [
      'posts',
      `author:${idOf.get('susan')}`,
      'post:8',
      'post:12',
      `author:${idOf.get('david')}`,
      `viewer:${idOf.get('Mary')}`,
    ])
      assert.ok(heard.has(tag) || heard.has('*'), tag)
  })

  async function storedFiles() {
    const files: { key: string; sha256: string }[] = []
    for await (const file of namedFiles(db)) files.push(file)
    return files
  }

  it('exports what makes the same site again', async () => {
    await load('town.json', lively)
    const { cli, folder } = place
    const [document, lines] = [path.join(folder, 'out.json'), path.join(folder, 'out.ndjson.gz')]
    for (const file of [document, lines])
      assert.equal((await cli('export', file, '--with-passwords')).code, 0)
    const everything = async () => [
      (await everybody()).map(({ avatar, banner, ...user }) => ({ ...user, faces: [!!avatar, !!banner] })),
      (await db.select().from(posts).orderBy(asc(posts.id))).map(post => ({ ...post, submission: null })),
      await db.select().from(follows).orderBy(asc(follows.createdAt)),
      await db.select().from(hashtags),
      await db.select().from(threadGaps),
      await db.select().from(blocks),
      ...(await Promise.all(
        [mentions, likes, reposts, bookmarks, threadMutes, postVersions].map(async table =>
          (await db.select().from(table)).map(row => ({ ...row, id: null })).toSorted(byText),
        ),
      )),
      // Made again: they are other files, of the same size.
      (await db.select().from(images).orderBy(asc(images.createdAt), asc(images.width), asc(images.postId)))
        .map(row => ({ ...row, id: null, key: null, placeholder: null, files: null }))
        .toSorted(byText),
    ]
    const before = await everything()
    assert.ok(before.every(({ length }) => length > 0))
    const pictured = await findPosts(db, parseQuery('has:image'), {
      text: '',
      order: 'newest',
      viewer: null,
      cursor: cursorOf({}),
    })
    assert.deepEqual(
      pictured.posts.rows.map(({ id }) => id),
      [13, 7],
    )
    const stored = new Map((await storedFiles()).map(({ key, sha256 }) => [sha256, key]))
    const exported = JSON.parse(readFileSync(document, 'utf8')) as { images: Record<string, string>[] }
    assert.equal(exported.images.length, 5)
    for (const row of exported.images) {
      const digest = createHash('sha256').update(String(row['data']), 'base64').digest('hex')
      assert.equal(row['sha256'], digest)
      assert.ok(stored.has(digest))
    }
    for (const file of [document, lines]) {
      await db.transaction(async tx => {
        await tx.delete(users)
        await tx.delete(threadGaps)
        await tx.delete(images)
      })
      const { code, output } = await cli('import', file)
      assert.equal(code, 0, output)
      assert.deepEqual(await everything(), before)
      for (const { key, sha256 } of await storedFiles())
        assert.ok(await intactFile(place.storage, key, sha256), key)
    }
    const [lost] = await storedFiles()
    await place.storage.delete([String(lost?.key)])
    const lacking = path.join(folder, 'lacking.ndjson')
    assert.match(
      (await cli('export', lacking)).output,
      /^1 file of pictures is not in the export, [^\n]*webp\n/,
    )
    const bare = path.join(folder, 'bare.ndjson')
    await cli('export', bare, '--without-pictures')
    const pictures = (file: string) => readFileSync(file, 'utf8').match(/^\{"table":"images"/gm)?.length
    assert.deepEqual([pictures(lacking), pictures(bare)], [4, undefined])
    assert.doesNotMatch((await cli('export')).output, /argon2id/)
    assert.match((await cli('export', document)).output, /already exists/)
  })
})
