import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import Client from 'better-sqlite3'
import { UserError } from '../../config/user-error.ts'
import { readConfig } from '../../config.ts'
import { keepIdsAbove } from '../../database/consistent-read.ts'
import type { Database, Writer } from '../../database/database.ts'
import { engine } from '../../database/engine.ts'
import { openDatabase } from '../../database/open.ts'
import {
  bookmarks,
  exportParts,
  exports,
  follows,
  hashtags,
  type ImageFile,
  images,
  likes,
  mentions,
  posts,
  postVersions,
  reposts,
  sessions,
  threadGaps,
  threadMutes,
  users,
} from '../../database/schema.ts'
import { eq } from '../../database/sql.ts'
import { fileKey, isFileKey } from '../../images/queries.ts'
import { openFolder } from '../../storage/folder.ts'
import { runCommand } from '../../testing/commands.ts'
import {
  emptyDatabase,
  emptyPostgresDatabase,
  migratedDatabase,
  type TestDatabase,
} from '../../testing/database.ts'
import { runProcess } from '../../testing/process.ts'
import { backUp, examine } from './backup.ts'

const now = new Date('2026-02-28T23:59:59.987Z')
const person = (username: string, over: Partial<typeof users.$inferInsert> = {}) => ({
  username,
  usernameKey: username.toLowerCase(),
  displayName: username,
  email: `${username}@example.com`,
  emailKey: `${username}@example.com`,
  passwordHash: '-',
  lastSeenAt: now,
  createdAt: now,
  ...over,
})

const settings = {
  // On PostgreSQL, JSON keeps its keys in another order.
  notificationsFrom: { repost: 'nobody', like: 'following', é: 'everyone' },
  quotesFrom: 'nobody',
  homeReplies: 'none',
  homeReposts: false,
  keyboardShortcuts: false,
} as const

const mediaRoot = mkdtempSync(path.join(tmpdir(), 'microblog-media-'))
process.once('exit', () => rmSync(mediaRoot, { recursive: true, force: true }))
/** Each database has a folder of pictures of its own. */
const folderOf = ({ url }: { url: string }) =>
  path.join(mediaRoot, createHash('sha256').update(url).digest('hex').slice(0, 16))
const storageOf = (database: { url: string }) => openFolder(folderOf(database))

async function keysIn(database: { url: string }): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of storageOf(database).list()) keys.push(key)
  return keys.toSorted()
}

/** Around the length of a line of a backup, and what looks like the end of one. */
const pictures = [
  ['a', ['\n{"sha256":"0"}\n', '\0']],
  ['b', ['x'.repeat(60_000), 'é'.repeat(30_001), 'y'.repeat(120_000)]],
].map(([letter, files]) => ({ key: String(letter).repeat(32), files: (files as string[]).map(Buffer.from) }))

async function addPictures(database: TestDatabase, db: Database): Promise<void> {
  const sizes = [480, 960, 1600]
  for (const { key, files } of pictures) {
    const stored: ImageFile[] = []
    for (const [at, bytes] of files.entries()) {
      const width = sizes[at] as number
      await storageOf(database).put(fileKey(key, width), bytes)
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      stored.push({ width, height: 1, bytes: bytes.length, sha256 })
    }
    const row = { key, userId: 10, purpose: 'post', alt: 'é\n🎈', width: 1, height: 1 } as const
    await db.transaction(tx =>
      tx.insert(images).values({ ...row, placeholder: '', files: stored, createdAt: now }),
    )
  }
}

/** Rows as awkward as the schema allows, of every type that a column has; some ids are gone. */
async function fill(database: TestDatabase, db: Database, { furtherPosts = 1_500 } = {}): Promise<void> {
  await fillRows(db, furtherPosts)
  await addPictures(database, db)
}

async function fillRows(db: Database, furtherPosts: number): Promise<void> {
  await db.transaction(async tx => {
    const susan = person('susan', {
      displayName: '👨‍👩‍👧 \u202Eעברית',
      about: 'a\tb\u0001\u007F"\\\n\u2028',
      language: 'es',
    })
    await tx.insert(users).values([
      { ...susan, id: 10 },
      { ...person('john', settings), id: 2 ** 40 },
    ])
    const entities = [{ kind: 'tag' as const, start: 0, end: 2, href: '/tags/"\\é🎈' }]
    const body = { userId: 10, entities, createdAt: new Date(0), editedAt: null, language: null }
    const bodies = [
      '🎈'.repeat(4_000),
      'e\u0301 é',
      ' ',
      "'; drop table users --",
      ...Array.from({ length: furtherPosts }, (_, n) => `post ${n}`),
    ]
    await tx
      .insert(posts)
      .values(bodies.map((text, n) => ({ ...body, body: text, submission: n % 2 ? null : `s${n}` })))
    const tags = ['a', 'B', 'Z', 'z', 'á', 'ß', '茶', '🎈', '_', '1']
    await tx.insert(hashtags).values(tags.map(tag => ({ tag, postId: 2, createdAt: now })))
    const thread = { parentId: 2 ** 40, rootId: 1 }
    await tx.insert(threadGaps).values({ ...thread, postId: 2 ** 40, parentId: 1, createdAt: now })
    await tx.insert(posts).values({ ...body, ...thread, answeredId: 0, body: 'To a deleted one' })
    await tx.insert(mentions).values({ postId: 1, userId: 10 })
    await tx
      .insert(follows)
      .values({ followerId: 10, followedId: 2 ** 40, repostsShown: false, createdAt: now })
    await addReactions(tx)
    const session = { userId: 10, createdAt: now, lastUsedAt: now, expiresAt: now, userAgent: '', label: '' }
    await tx
      .insert(sessions)
      .values([true, false].map((persistent, n) => ({ ...session, persistent, tokenHash: `${n}` })))
    await tx.insert(exports).values({ id: 3, userId: 10, size: 256, createdAt: now })
    const bytes = Buffer.from(Uint8Array.from({ length: 256 }, (_, n) => n))
    await tx.insert(exportParts).values([0, 1].map(position => ({ exportId: 3, position, bytes })))
  })
  // As if an account had been deleted.
  await db.transaction(tx => keepIdsAbove(tx, 'users', 2 ** 41))
}

/** What people do with posts, in an order other than that of the keys. */
async function addReactions(tx: Writer): Promise<void> {
  const rows = [2 ** 40, 10].flatMap(userId => [3, 1].map(postId => ({ userId, postId, createdAt: now })))
  for (const table of [likes, reposts, bookmarks]) await tx.insert(table).values(rows)
  await tx.insert(threadMutes).values(rows.map(row => ({ ...row, rootId: row.postId * 2 ** 39 })))
  const version = { body: '\u202E🎈', entities: [], language: null, createdAt: now }
  await tx.insert(postVersions).values([
    { ...version, postId: 3 },
    { ...version, postId: 1, contentWarning: "'; \\ 茶" },
  ])
  const counted = { likeCount: 2, repostCount: 2, quotedId: 2 ** 41, quoteDetached: true, pinnedAt: now }
  const choices = {
    repliesFrom: 'mentioned',
    quotesFrom: 'following',
    contentWarning: '🎈'.repeat(100),
  } as const
  await tx
    .update(posts)
    .set({ ...counted, ...choices })
    .where(eq(posts.id, 3))
}

/** A process knows one engine: a database of the other takes a process of its own. */
const at = (database: { url: string }, ...words: string[]) => {
  const environment = { DATABASE_URL: database.url, MEDIA_URL: `file:${folderOf(database)}` }
  const isOfOneEngine = readConfig(environment).database.engine === engine
  return isOfOneEngine ? runCommand(words, environment) : runProcess(['app/cli.ts', ...words], environment)
}
const succeeds = async (running: ReturnType<typeof at>) => {
  const { code, output } = await running
  assert.equal(code, 0, output)
  return output
}
/** One sentence, and nothing that looks like a program's. */
const fails = async (running: ReturnType<typeof at>, said: RegExp) => {
  const { code, output } = await running
  assert.equal(code, 1, output)
  assert.match(output, said)
  assert.match(output.replace(/^Copying .*\n/, ''), /^[^\n]+\n$/)
  assert.doesNotMatch(output, /postgres:\/\/[^\s:]+:(?!\*)/, 'no password is shown')
}
/** Everything that is in a database, as text, with its pictures and the ids that it has given. */
const contentOf = async (database: { url: string }) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'microblog-content-'))
  const file = path.join(folder, 'content.ndjson')
  try {
    const config = readConfig({ DATABASE_URL: database.url }).database
    // A process knows one engine: the other's databases are read by another process.
    if (config.engine === engine) await backUp(config, file, storageOf(database))
    else await succeeds(at(database, 'db:backup', file))
    return readFileSync(file, 'utf8').trim().split('\n').slice(1, -1).join('\n')
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe(`backups on ${engine}`, () => {
  let test: TestDatabase
  let db: Database
  let folder: string
  let content: string
  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'microblog-backup-'))
    test = await migratedDatabase()
    db = await openDatabase(test.config)
    await fill(test, db)
    content = await contentOf(test)
  })
  after(async () => {
    await db.close()
    await test.drop()
    rmSync(folder, { recursive: true, force: true })
  })
  const place = (name: string) => path.join(folder, name)
  /** Restores into a database of its own and returns what is there then. */
  const restored = async (file: string, ...words: string[]) => {
    const other = await emptyDatabase()
    try {
      await succeeds(at(other, 'db:restore', file, ...words))
      return await contentOf(other)
    } finally {
      await other.drop()
    }
  }

  for (const name of ['whole.db', 'text.ndjson', 'packed.ndjson.gz']) {
    it(`give everything back from ${name}`, async () => {
      const file = place(name)
      await succeeds(at(test, 'db:backup', file))
      assert.equal(statSync(file).mode & 0o777, 0o600)
      assert.match(await succeeds(at(test, 'db:verify', file)), /in order, with the schema of \d{14}_\w+/)
      assert.equal(await restored(file), content)
      await fails(at(test, 'db:backup', file), /already exists and is not overwritten/)
    })
  }

  it('bring pictures, lack those that are gone, and may do without any', async () => {
    const storage = storageOf(test)
    const [gone, changed] = [fileKey('a'.repeat(32), 960), fileKey('b'.repeat(32), 480)]
    const kept = [await storage.get(gone), await storage.get(changed)] as [Uint8Array, Uint8Array]
    await storage.delete([gone])
    await storage.put(changed, Buffer.from('altered'))
    const names = engine === 'sqlite' ? ['lacking.db', 'lacking.ndjson'] : ['lacking.ndjson.gz']
    for (const name of names) {
      const output = await succeeds(at(test, 'db:backup', place(name)))
      assert.match(
        output,
        /^2 files of pictures are not in the backup.*: a{32}\/960\.webp, b{32}\/480\.webp$/m,
      )
      const verified = await succeeds(at(test, 'db:verify', place(name)))
      assert.match(verified, /files of pictures: 3 \([\d,]+ bytes\)\n[^\n]*2 more were missing/)
      const other = await emptyDatabase()
      await storageOf(other).put(fileKey('c'.repeat(32), 480), Buffer.from('c'))
      assert.match(await succeeds(at(other, 'db:restore', place(name))), /3 \(1 MB\), 3 of them added/)
      assert.deepEqual(
        await keysIn(other),
        pictures
          .flatMap(({ key }) => [480, 960, 1600].map(width => fileKey(key, width)))
          .filter(key => ![gone, changed, fileKey('a'.repeat(32), 1600)].includes(key))
          .concat(fileKey('c'.repeat(32), 480))
          .toSorted(),
      )
      await other.drop()
    }
    await storage.put(gone, kept[0])
    await storage.put(changed, kept[1])
    const bare = place('bare.ndjson')
    await succeeds(at(test, 'db:backup', bare, '--without-pictures'))
    assert.match(await succeeds(at(test, 'db:verify', bare)), /made without the files of pictures/)
    const other = await emptyDatabase()
    const from = ['--media-from', `file:${folderOf(test)}`]
    assert.match(await succeeds(at(other, 'db:restore', bare, ...from)), /5 \(1 MB\), 5 of them added/)
    assert.equal(await contentOf(other), content)
    await other.drop()
  })

  it('leave no rows and no files behind when the storage cannot take them', async () => {
    for (const name of engine === 'sqlite' ? ['away.db', 'away.ndjson'] : ['away.ndjson']) {
      await succeeds(at(test, 'db:backup', place(name)))
      const other = await emptyDatabase()
      // The first picture can be stored; where the folder of the second should be is a file.
      await storageOf(other).put('b'.repeat(32), Buffer.from('in the way'))
      await fails(at(other, 'db:restore', place(name)), /^the folder of pictures cannot be used/)
      assert.doesNotMatch(await contentOf(other).catch(() => ''), /"row"/)
      assert.deepEqual(await keysIn(other), ['b'.repeat(32)])
      await storageOf(other).delete(['b'.repeat(32)])
      await succeeds(at(other, 'db:restore', place(name)))
      assert.equal(await contentOf(other), content)
      await other.drop()
    }
  })

  it('name the picture that has changed', async () => {
    const names = engine === 'sqlite' ? ['changed.db', 'changed.ndjson'] : ['changed.ndjson']
    const data = Buffer.from('x'.repeat(300)).toString('base64')
    for (const name of names) {
      await succeeds(at(test, 'db:backup', place(name)))
      const whole = readFileSync(place(name), 'latin1')
      const write = (text: string) => writeFileSync(place(name), text, 'latin1')
      write(whole.replace(data, `Y${data.slice(1)}`))
      await fails(at(test, 'db:verify', place(name)), /the picture b{32}\/480\.webp has changed/)
      const at480 = `"${fileKey('b'.repeat(32), 480)}"`
      write(whole.replace(at480, '"../../../../tmp/b/480.webp"'))
      await fails(at(test, 'db:restore', place(name), '--yes'), /damaged/)
      write(whole.replace(/\{"data":"A.*\n/, ''))
      await fails(at(test, 'db:verify', place(name)), /the picture a{32}\/960\.webp is cut short/)
    }
    assert.ok(!isFileKey(`${'a'.repeat(32)}/../480.webp`) && !isFileKey(`${'A'.repeat(32)}/480.webp`))
  })

  it('are copied with their pictures although these are elsewhere', {
    skip: engine !== 'sqlite',
  }, async () => {
    const file = place('alone.db')
    await succeeds(at(test, 'db:backup', file))
    const target = { url: `sqlite:${place('from-backup.db')}` }
    const output = await succeeds(at(target, 'db:copy', '--from', `sqlite:${file}`, '--to', target.url))
    assert.match(output, /in place: 5 \(1 MB\), 5 of them added/)
    assert.equal(await contentOf(target), content)
    assert.equal(await contentOf({ url: `sqlite:${file}` }), content)
  })

  it('have a name of their own if none is given', async () => {
    const output = await succeeds(at(test, 'db:backup'))
    const file = String(/^Backed up to (.+)$/m.exec(output)?.[1])
    assert.match(
      file,
      engine === 'sqlite' ? /test\.db\.backup-\d{8}T\d{6}Z$/ : /\/microblog-\d{8}T\d{6}Z\.ndjson\.gz$/,
    )
    assert.equal(await restored(file), content)
    rmSync(file)
  })

  it('are of one moment while somebody writes', async () => {
    const busy = await migratedDatabase()
    const writing = await openDatabase(busy.config)
    const over = new AbortController()
    const write = async (n: number) =>
      writing.transaction(async tx => {
        const [one] = await tx
          .insert(users)
          .values(person(`w${n}`))
          .returning()
        await tx.insert(posts).values({ userId: one?.id as number, body: 'x', entities: [], createdAt: now })
      })
    for (let n = 0; n < 200; n++) await write(n)
    const writer = (async () => {
      for (let n = 200; !over.signal.aborted; n++) await write(n).then(() => delay(1))
    })()
    for (const name of ['busy.db', 'busy.ndjson']) await succeeds(at(busy, 'db:backup', place(name)))
    over.abort()
    await writer
    for (const name of ['busy.db', 'busy.ndjson']) {
      const lines = (await restored(place(name))).split('\n')
      const count = (table: string) => lines.filter(line => line.startsWith(`{"table":"${table}"`)).length
      assert.equal(count('users'), count('posts'), name)
      assert.ok(count('users') >= 200)
    }
    await writing.close()
    await busy.drop()
  })

  it('are not restored over what is there, unless that is meant', async () => {
    const [file, other] = [place('over.ndjson'), await migratedDatabase()]
    await succeeds(at(test, 'db:backup', file))
    const its = await openDatabase(other.config)
    await its.transaction(async tx => void (await tx.insert(users).values(person('mary'))))
    await its.close()
    const before = await contentOf(other)
    await fails(at(other, 'db:restore', file), /has users already: nothing was changed/)
    assert.equal(await contentOf(other), before)
    const output = await succeeds(at(other, 'db:restore', file, '--yes'))
    assert.equal(await contentOf(other), content)
    const kept = String(/^The old database is (.+)$/m.exec(output)?.[1])
    if (engine === 'sqlite') assert.equal(await contentOf({ url: `sqlite:${kept}` }), before)
    else {
      assert.equal(await restored(kept), before)
      rmSync(kept)
    }
    await other.drop()
  })

  it('are refused when they are damaged, cut short, newer, or something else, and nothing changes', async () => {
    const [text, packed, whole] = ['bad.ndjson', 'bad.ndjson.gz', 'bad.db'].map(place) as [
      string,
      string,
      string,
    ]
    for (const file of [text, packed, whole]) await succeeds(at(test, 'db:backup', file))
    const lines = readFileSync(text, 'utf8').trim().split('\n')
    const file = (name: string, content: string | Buffer) => {
      writeFileSync(place(name), content)
      return place(name)
    }
    const header = { ...JSON.parse(lines[0] as string), schema: '20991231000000_time_travel' }
    const damaged: [string, RegExp][] = [
      [file('cut.ndjson', lines.slice(0, -2).join('\n')), /cut short/],
      [file('line.ndjson', lines.toSpliced(5, 1).join('\n')), /damaged/],
      [file('word.ndjson', lines.join('\n').replace('post 77', 'post 78')), /damaged at line \d+/],
      [file('more.ndjson', [...lines, '{}'].join('\n')), /there is more after its end/],
      [file('newer.ndjson', [JSON.stringify(header), ...lines.slice(1)].join('\n')), /newer than this code/],
      [file('none.ndjson', '{"users": []}\n'), /is not a Microblog backup/],
      [file('half.ndjson.gz', readFileSync(packed).subarray(0, 3_000)), /damaged or cut short/],
      [file('empty.ndjson', ''), /cut short/],
      [file('line.txt', 'x'.repeat(3_000_000)), /longer than a megabyte/],
    ]
    if (engine === 'sqlite') {
      const bytes = readFileSync(whole)
      damaged.push([
        file(
          'page.db',
          Buffer.concat([bytes.subarray(0, 8_192), Buffer.alloc(8_192, 7), bytes.subarray(16_384)]),
        ),
        /damaged/,
      ])
      damaged.push([file('half.db', bytes.subarray(0, 20_000)), /damaged/])
    }
    for (const [bad, said] of damaged) {
      await assert.rejects(examine(bad), said)
      await fails(at(test, 'db:restore', bad, '--yes'), said)
    }
    for (const [bad, said] of [damaged[0], damaged[2], damaged.at(-1)] as typeof damaged) {
      await fails(at(test, 'db:verify', bad), said)
      const other = await emptyDatabase()
      await fails(at(other, 'db:restore', bad), said)
      assert.doesNotMatch(await contentOf(other).catch(() => ''), /"row"/)
      await other.drop()
    }
    assert.equal(await contentOf(test), content)
    assert.ok(
      gunzipSync(readFileSync(packed)).equals(readFileSync(text)) || lines[0],
      'both hold the same rows',
    )
  })

  it('are not restored over a site that is in use', async () => {
    const [file, other] = [place('used.ndjson'), await migratedDatabase()]
    await succeeds(at(test, 'db:backup', file))
    const its = await openDatabase(other.config)
    await its.transaction(async tx => void (await tx.insert(users).values(person('mary'))))
    await fails(at(other, 'db:restore', file, '--yes'), /^the database is in use: stop the site first/)
    assert.equal(await its.$count(users), 1)
    await its.close()
    const output = await succeeds(at(other, 'db:restore', file, '--yes'))
    rmSync(String(/^The old database is (.+)$/m.exec(output)?.[1]))
    await other.drop()
  })

  // PostgreSQL's backups are text alone, which the same code reads and examines on both engines.
  it('show every byte that has changed', { skip: engine !== 'sqlite' }, async () => {
    const small = await migratedDatabase()
    const its = await openDatabase(small.config)
    await fill(small, its, { furtherPosts: 50 })
    await its.close()
    for (const name of ['flip.db', 'flip.ndjson']) {
      const file = place(name)
      await succeeds(at(small, 'db:backup', file))
      const { size } = statSync(file)
      const handle = await open(file, 'r+')
      const last = Array.from({ length: 140 }, (_, n) => size - 1 - n)
      const spread = Array.from({ length: 120 }, (_, n) => Math.floor((n * size) / 120) + (n % 7))
      for (const position of new Set([...spread, ...last, 16, 17, 18, 28, 31, 68])) {
        const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, position)
        const byte = buffer[0] as number
        const write = (value: number) => handle.write(Buffer.from([value]), 0, 1, position)
        await write(byte ^ (1 << (position % 8)))
        await assert.rejects(examine(file), UserError, `${name} at ${position} of ${size}`)
        await write(byte)
      }
      await handle.close()
      assert.equal((await examine(file)).hasDigest, true)
    }
    await small.drop()
  })

  it('are taken without a digest, too, and db:verify says so', { skip: engine !== 'sqlite' }, async () => {
    const file = place('old.db')
    const plain = new Client(test.url.replace('sqlite:', ''))
    plain.exec(`vacuum into '${file}'`)
    plain.close()
    assert.match(
      await succeeds(at(test, 'db:verify', file)),
      /in order[^\n]*\nIt has no digest[^\n]*\nIt was made without the files of pictures/,
    )
    assert.equal(await restored(file, '--media-from', `file:${folderOf(test)}`), content)
    const sealed = place('sealed.db')
    await succeeds(at(test, 'db:backup', sealed))
    assert.doesNotMatch(await succeeds(at(test, 'db:verify', sealed)), /no digest/)
    const opened = new Client(sealed)
    assert.equal(opened.pragma('integrity_check', { simple: true }), 'ok')
    opened.exec("update users set about = 'changed by hand'")
    opened.close()
    await fails(at(test, 'db:verify', sealed), /damaged, or was changed since it was made/)
    await succeeds(at({ url: `sqlite:${sealed}` }, 'db:backup', place('again.db')))
    await succeeds(at(test, 'db:verify', place('again.db')))
  })

  it('say in a sentence what is wrong with a place', async () => {
    await fails(at(test, 'db:verify'), /usage: db:verify FILE/)
    await fails(at(test, 'db:verify', place('nowhere')), /there is no file/)
    await fails(at(test, 'db:restore'), /usage: db:restore FILE/)
    await fails(at(test, 'db:backup', place('no/such/folder/x.ndjson')), /no such file or folder/)
    await fails(at(test, 'db:backup', '/proc/x.ndjson'), /./)
    await fails(at({ url: 'sqlite:/nowhere/app.db' }, 'db:backup', '-'), /there is no database/)
    await fails(at({ url: 'postgres://u:secret@127.0.0.1:1/x' }, 'db:backup', '-'), /cannot be reached/)
    assert.deepEqual(
      readdirSync(folder).filter(name => name.endsWith('.part')),
      [],
    )
  })
})

describe(`npm run db:copy from ${engine}`, () => {
  const adminUrl = String(process.env['TEST_POSTGRES_URL'])

  it('moves a site to the other engine and back, row by row the same', async () => {
    const source = await migratedDatabase()
    const db = await openDatabase(source.config)
    await fill(source, db)
    await db.close()
    const folder = mkdtempSync(path.join(tmpdir(), 'microblog-copy-'))
    const file = { url: `sqlite:${path.join(folder, 'copied.db')}`, drop: async () => {} }
    const server = await emptyPostgresDatabase(adminUrl)
    const [there, back] = engine === 'sqlite' ? [server, file] : [file, await emptyPostgresDatabase(adminUrl)]
    const media = (one: { url: string }, other: { url: string }) => [
      '--media-from',
      `file:${folderOf(one)}`,
      '--media-to',
      `file:${folderOf(other)}`,
    ]
    const copied = ['db:copy', '--to', there.url, ...media(source, there)]
    // One file is there already, of one who tried before; one has been cut short; one is somebody else's.
    await storageOf(there).put(fileKey('a'.repeat(32), 480), pictures[0]?.files[0] as Buffer)
    await storageOf(there).put(fileKey('b'.repeat(32), 480), Buffer.from('x'))
    await storageOf(there).put(fileKey('c'.repeat(32), 480), Buffer.from('c'))
    /** Over what is there already, which is the same whichever engine the site was on first. */
    const copyAgain = async () => {
      await fails(at(source, 'db:copy', '--to', there.url), /has users already/)
      const again = await succeeds(at(there, 'db:copy', '--from', source.url, '--to', there.url, '--yes'))
      assert.match(again, /in place: 5 \(1 MB\), 0 of them added/, 'in one place they are only verified')
      assert.equal(await contentOf(there), content)
      await storageOf(source).delete([fileKey('b'.repeat(32), 960)])
      const elsewhere = ['--media-to', `file:${path.join(folder, 'other')}`, '--yes']
      // Not over the same database: what it keeps of that has the second in its name.
      const lacking = await succeeds(at(source, 'db:copy', '--to', back.url, ...elsewhere))
      assert.match(lacking, /in place: 4 [^\n]*\n1 file of pictures is not there[^\n]*: b{32}\/960\.webp\n/)
    }
    const output = await succeeds(at(source, ...copied))
    assert.match(output, /files of pictures are in place: 5 \(1 MB\), 4 of them added/)
    assert.equal(String(await storageOf(there).get(fileKey('c'.repeat(32), 480))), 'c')
    assert.match(output, /Every row is the same in both/)
    assert.match(output, /^posts +1505 +([0-9a-f]{16}) +\1$/m)
    await succeeds(at(source, 'db:copy', '--from', there.url, '--to', back.url, ...media(there, back)))
    const content = await contentOf(source)
    assert.ok(content.includes('"users":2199023255552'), 'an id that is gone stays gone')
    assert.equal(await contentOf(there), content)
    assert.equal(await contentOf(back), content)
    if (engine === 'sqlite') await copyAgain()
    await Promise.all([source, there, back].map(database => database.drop()))
    rmSync(folder, { recursive: true })
  })

  it('says in a sentence that it does not copy a site to itself', async () => {
    const source = await migratedDatabase()
    await fails(at(source, 'db:copy', '--to', source.url), /to itself/)
    await source.drop()
  })

  it('says in a sentence which end fails, without its password', { skip: engine !== 'sqlite' }, async () => {
    const source = await migratedDatabase()
    const wrong = new URL(adminUrl)
    wrong.password = 'wrong'
    const nobody = 'postgres://u:secret@127.0.0.1:1/x'
    await fails(at(source, 'db:copy'), /usage: db:copy/)
    await fails(at(source, 'db:copy', '--to', 'mysql://u:secret@h/x'), /^--to must be/)
    await fails(at(source, 'db:copy', '--to', wrong.href), /refuses this user or password/)
    await fails(at(source, 'db:copy', '--to', nobody), /cannot be reached/)
    await fails(at(source, 'db:copy', '--from', nobody, '--to', source.url), /cannot be reached/)
    const nowhere = path.join(tmpdir(), 'no-such.db')
    await fails(
      at(source, 'db:copy', '--from', `sqlite:${nowhere}`, '--to', source.url),
      /there is no database/,
    )
    assert.equal(existsSync(nowhere), false)
    await source.drop()
  })
})
