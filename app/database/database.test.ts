import assert from 'node:assert/strict'
import { stat } from 'node:fs/promises'
import { after, before, beforeEach, describe, it } from 'node:test'
import Client from 'better-sqlite3'
import { type Environment, readConfig } from '../config.ts'
import { emptyDatabase, migratedDatabase, type TestDatabase } from '../testing/database.ts'
import { eventually } from '../testing/eventually.ts'
import { tableConfig } from './columns.ts'
import { type Database, type Writer } from './database.ts'
import { engine } from './engine.ts'
import { isUnavailable, TransactionClosed } from './errors.ts'
import { openDatabase } from './open.ts'
import {
  conversations,
  follows,
  hashtags,
  mentions,
  messages,
  posts,
  relations,
  sessions,
  tables,
  users,
} from './schema.ts'
import { asc, eq, sql } from './sql.ts'

const now = new Date()
const person = (username: string, over: Partial<typeof users.$inferInsert> = {}) => ({
  username,
  usernameKey: username.toLowerCase(),
  displayName: username,
  email: `${username}@example.com`,
  emailKey: `${username}@example.com`.toLowerCase(),
  passwordHash: '-',
  lastSeenAt: now,
  createdAt: now,
  ...over,
})

describe(`the database contract on ${engine}`, () => {
  let test: TestDatabase
  let db: Database
  before(async () => {
    test = await migratedDatabase()
    db = await openDatabase(test.config)
  })
  beforeEach(() => db.transaction(async tx => void (await tx.delete(users))))
  after(async () => {
    await db.close()
    await test.drop()
  })
  const add = async (tx: Writer, username: string) =>
    (await tx.insert(users).values(person(username)).returning({ id: users.id }))[0]?.id as number
  const names = async () =>
    (await db.select({ name: users.username }).from(users).orderBy(asc(users.id))).map(({ name }) => name)

  it('commits what a transaction did and returns its result', async () => {
    assert.ok((await db.transaction(tx => add(tx, 'susan'))) > 0)
    assert.deepEqual(await names(), ['susan'])
  })

  it('leaves nothing of a transaction that throws', async () => {
    const failing = db.transaction(async tx => {
      await add(tx, 'susan')
      throw new Error('changed my mind')
    })
    await assert.rejects(failing, /changed my mind/)
    assert.deepEqual(await names(), [])
  })

  it('keeps what is not committed from readers and from other transactions', async () => {
    const { promise: seen, resolve } = Promise.withResolvers<void>()
    const { promise: finished, resolve: finish } = Promise.withResolvers<void>()
    const writing = db.transaction(async tx => {
      await add(tx, 'susan')
      resolve()
      await finished
      throw new Error('no')
    })
    await seen
    assert.deepEqual(await names(), [])
    const other = db.transaction(async tx => (await tx.select().from(users)).length)
    finish()
    await assert.rejects(writing, /no/)
    assert.equal(await other, 0)
  })

  it('loses none of 200 concurrent read-modify-writes, half of which fail', { timeout: 60_000 }, async () => {
    const id = await db.transaction(tx => add(tx, 'counter'))
    const count = async (tx: Writer) =>
      Number((await tx.select().from(users).where(eq(users.id, id)))[0]?.about || 0)
    const outcomes = await Promise.allSettled(
      Array.from({ length: 200 }, (_, n) =>
        db.transaction(async tx => {
          const about = String((await count(tx)) + 1)
          await tx.update(users).set({ about }).where(eq(users.id, id))
          if (n % 2) throw new Error('half of them fail')
        }),
      ),
    )
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 100)
    assert.equal(await db.transaction(count), 100)
  })

  it('keeps nothing of a transaction in which a change was never sent, and says which', async () => {
    const forgetful: [(tx: Writer) => unknown, RegExp][] = [
      [
        tx => tx.insert(users).values(person('john')),
        /^insert into users was never sent: put await before it/,
      ],
      [
        tx => tx.update(users).set({ about: 'x' }).where(eq(users.id, 1)).returning(),
        /^update users was never/,
      ],
      [tx => tx.delete(users), /^delete from users was never sent/],
      [tx => tx.insert(users), /^insert into users was never sent/],
    ]
    for (const [forget, sentence] of forgetful) {
      const transaction = db.transaction(async tx => {
        await add(tx, 'susan')
        void forget(tx)
      })
      await assert.rejects(transaction, error => sentence.test((error as Error).message))
      assert.deepEqual(await names(), [])
    }
    await db.transaction(async tx => {
      const insertion = tx.insert(users).values(person('susan')).onConflictDoNothing()
      await insertion.returning({ id: users.id })
      await Promise.all([tx.update(users).set({ about: 'x' }), tx.delete(users).where(eq(users.id, 0))])
    })
    assert.deepEqual(await names(), ['susan'])
  })

  it('gives a row the time it is written at, unless it brings its own', async () => {
    const before = Date.now()
    await db.transaction(async tx => {
      const row = { ...person('susan'), createdAt: undefined, lastSeenAt: undefined }
      await tx.insert(users).values(row)
      await tx.insert(users).values(person('john', { createdAt: new Date(0) }))
    })
    const [susan, john] = await db.select().from(users).orderBy(asc(users.id))
    assert.ok(Number(susan?.createdAt) >= before && Number(susan?.lastSeenAt) >= before)
    assert.equal(john?.createdAt.getTime(), 0)
  })

  it('follows every foreign key from both ends', () => {
    const ends = Object.values(relations).map(({ name, table, relations: own }) => ({
      name,
      table,
      to: Object.values(own).map(({ targetTable, throughTable }) => [targetTable, throughTable]),
    }))
    const reaches = (from: unknown, to: unknown) =>
      ends.some(({ table, to: targets }) => table === from && targets.some(tables => tables.includes(to)))
    for (const table of Object.values(tables)) {
      const { name, foreignKeys } = tableConfig(table)
      for (const key of foreignKeys) {
        const { foreignTable, columns } = key.reference()
        const what = `${name}.${columns[0]?.name}`
        assert.ok(reaches(table, foreignTable), `${what} from the row`)
        assert.ok(reaches(foreignTable, table), `${what} from the other end`)
      }
    }
  })

  it('refuses a statement that comes after its transaction', async () => {
    let late: Writer | undefined
    await db.transaction(async tx => void (late = tx))
    await assert.rejects(
      async () => late && add(late, 'late'),
      error =>
        (error as { cause?: unknown }).cause instanceof TransactionClosed ||
        error instanceof TransactionClosed,
    )
    assert.deepEqual(await names(), [])
  })

  it('rolls back a transaction that stays open too long', async () => {
    const hasty = await openDatabase(test.config, { transactionTimeoutMs: 100 })
    const { promise: never } = Promise.withResolvers<void>()
    const slow = hasty.transaction(async tx => {
      await add(tx, 'slow')
      await never
    })
    await assert.rejects(slow, TransactionClosed)
    await hasty.close()
    await db.transaction(tx => add(tx, 'next'))
    assert.deepEqual(await names(), ['next'])
  })

  it('goes on after a constraint was broken', async () => {
    await db.transaction(tx => add(tx, 'susan'))
    await assert.rejects(db.transaction(tx => add(tx, 'susan')))
    await db.transaction(tx => add(tx, 'john'))
    assert.deepEqual(await names(), ['susan', 'john'])
  })

  const refused: [string, Partial<typeof users.$inferInsert>][] = [
    ['an empty username', { username: '' }],
    ['a username of 65', { username: 'x'.repeat(65) }],
    ['an e-mail address of 121', { email: 'x'.repeat(121) }],
    ['a display name of 65', { displayName: 'é'.repeat(65) }],
    ['an about of 141', { about: '🎈'.repeat(141) }],
    ['an unknown theme', { theme: 'pink' }],
  ]
  for (const [what, over] of refused) {
    it(`itself refuses ${what}`, () =>
      assert.rejects(db.transaction(async tx => void (await tx.insert(users).values(person('x', over))))))
  }

  it('counts lengths in code points on both engines', () =>
    db.transaction(
      async tx => void (await tx.insert(users).values(person('x', { about: '🎈'.repeat(140) }))),
    ))

  it('itself refuses bodies over 4,000 code points, empty messages, counts below 0, posts of nobody, and following oneself', async () => {
    const id = await db.transaction(tx => add(tx, 'susan'))
    const post = (over: Partial<typeof posts.$inferInsert>) =>
      db.transaction(
        async tx =>
          void (await tx
            .insert(posts)
            .values({ userId: id, body: 'x', entities: [], createdAt: now, ...over })),
      )
    await post({ body: '🎈'.repeat(4000) })
    await assert.rejects(post({ body: '🎈'.repeat(4001) }))
    await assert.rejects(post({ imageCount: -1 }))
    const said = (body: string) =>
      db.transaction(async tx => {
        const otherId = await add(tx, 'john')
        const pair = { firstId: Math.min(id, otherId), secondId: Math.max(id, otherId), createdAt: now }
        const [conversation] = await tx.insert(conversations).values(pair).returning()
        const conversationId = (conversation as { id: number }).id
        const message = { conversationId, senderId: id, body, entities: [], createdAt: now }
        await tx.insert(messages).values(message)
        throw new Error('stored')
      })
    await assert.rejects(said('x'), /stored/)
    await assert.rejects(said(''), error => !/stored/.test((error as Error).message))
    await assert.rejects(post({ userId: id + 1000 }))
    await assert.rejects(
      db.transaction(
        async tx =>
          void (await tx.insert(follows).values({ followerId: id, followedId: id, createdAt: now })),
      ),
    )
  })

  it('deletes what is a user’s with the user', async () => {
    await db.transaction(async tx => {
      const [susan, john] = [await add(tx, 'susan'), await add(tx, 'john')]
      const [post] = await tx
        .insert(posts)
        .values({ userId: susan, body: 'x', entities: [], createdAt: now })
        .returning()
      const postId = post?.id as number
      await tx.insert(hashtags).values({ tag: 'x', postId, createdAt: now })
      await tx.insert(mentions).values({ postId, userId: john })
      await tx.insert(follows).values([
        { followerId: susan, followedId: john, createdAt: now },
        { followerId: john, followedId: susan, createdAt: now },
      ])
      const session = {
        tokenHash: 't',
        userId: susan,
        createdAt: now,
        lastUsedAt: now,
        expiresAt: now,
        persistent: false,
        userAgent: '',
        label: '',
      }
      await tx.insert(sessions).values(session)
    })
    await db.transaction(async tx => void (await tx.delete(users).where(eq(users.usernameKey, 'susan'))))
    for (const table of [posts, hashtags, mentions, follows, sessions])
      assert.equal(await db.$count(table), 0)
    assert.deepEqual(await names(), ['john'])
  })

  it('never uses an id twice', async () => {
    const first = await db.transaction(tx => add(tx, 'first'))
    await db.transaction(async tx => void (await tx.delete(users)))
    assert.ok((await db.transaction(tx => add(tx, 'second'))) > first)
  })

  it('gives back what it was given: times to the millisecond, emoji, JSON, flags', async () => {
    const createdAt = new Date('2026-02-28T23:59:59.987Z')
    const entities = [{ kind: 'tag' as const, start: 0, end: 5, href: '/tags/"\\é🎈' }]
    await db.transaction(async tx => {
      const userId = await add(tx, 'susan')
      await tx.insert(posts).values({ userId, body: '👨‍👩‍👧 עברית', entities, createdAt })
    })
    const [post] = await db.select().from(posts)
    assert.deepEqual(post?.createdAt, createdAt)
    assert.deepEqual(post?.entities, entities)
    assert.equal(post?.body, '👨‍👩‍👧 עברית')
    assert.equal(post?.editedAt, null)
  })

  it('reads through relations', async () => {
    await db.transaction(async tx => {
      const userId = await add(tx, 'susan')
      await tx.insert(posts).values({ userId, body: 'hello', entities: [], createdAt: now })
    })
    const susan = await db.query.users.findFirst({
      where: { usernameKey: 'susan' },
      with: { posts: true, followers: true },
    })
    assert.deepEqual(
      susan?.posts.map(({ body }) => body),
      ['hello'],
    )
    assert.deepEqual(susan?.followers, [])
  })

  it('lets a reader do nothing but read, whatever it is asked', async () => {
    await db.transaction(tx => add(tx, 'susan'))
    const hidden = sql`(with gone as (delete from users returning id) select * from gone)`
    await assert.rejects(async () => void (await db.select().from(sql`${hidden} as gone`)))
    const reader = db as unknown as { insert?: unknown; update?: unknown; delete?: unknown }
    assert.deepEqual([reader.insert, reader.update, reader.delete], [undefined, undefined, undefined])
    assert.deepEqual(await names(), ['susan'])
  })

  it('answers a ping, and after closing it does not', async () => {
    const own = await openDatabase(test.config)
    await own.ping()
    await own.close()
    await assert.rejects(own.ping())
  })

  it('refuses to open the other engine in this process', async () => {
    const other: Environment = {
      DATABASE_URL: engine === 'sqlite' ? 'postgres://localhost/x' : 'sqlite:x.db',
    }
    await assert.rejects(openDatabase(readConfig(other).database), /set DATABASE_URL before/)
  })
})

describe('SQLite’s own', { skip: engine !== 'sqlite' }, () => {
  it('makes a file that only its owner can read, in WAL mode, with foreign keys', async () => {
    const test = await emptyDatabase()
    const db = await openDatabase(test.config)
    if (test.config.engine !== 'sqlite') throw new Error('not SQLite')
    assert.equal((await stat(test.config.file)).mode & 0o777, 0o600)
    const client = new Client(test.config.file)
    assert.equal(client.pragma('journal_mode', { simple: true }), 'wal')
    client.close()
    await db.close()
    await test.drop()
  })

  it('waits for another process’s lock without stopping everything else, then says that it cannot', async () => {
    const test = await migratedDatabase()
    const db = await openDatabase(test.config, { lockTimeoutMs: 1_000 })
    const other = new Client(test.config.engine === 'sqlite' ? test.config.file : '')
    other.exec('begin immediate')
    let ticks = 0
    const ticking = setInterval(() => ticks++, 10)
    await assert.rejects(
      db.transaction(async () => {}),
      error => isUnavailable(error),
    )
    clearInterval(ticking)
    const start = Date.now()
    await Promise.allSettled(Array.from({ length: 5 }, () => db.transaction(async () => {})))
    assert.ok(Date.now() - start < 4_500, 'those who wait behind each other wait together')
    assert.ok(ticks >= 5, `the event loop went on: ${ticks} ticks`)
    setTimeout(() => other.exec('commit'), 50)
    await db.transaction(async tx => void (await tx.insert(users).values(person('patient'))))
    other.close()
    await db.close()
    await test.drop()
  })

  it('closes while another process holds the lock: its statistics can wait for another time', async () => {
    const test = await migratedDatabase()
    const db = await openDatabase(test.config, { lockTimeoutMs: 100 })
    await db.transaction(async tx => {
      await tx.insert(users).values(person('susan'))
      await tx.select().from(users).where(eq(users.usernameKey, 'susan'))
    })
    const other = new Client(test.config.engine === 'sqlite' ? test.config.file : '')
    other.exec('begin immediate')
    await db.close()
    other.close()
    await test.drop()
  })
})

describe('PostgreSQL’s own', { skip: engine !== 'postgresql' }, () => {
  it('comes back by itself after its connections were cut', async () => {
    const test = await migratedDatabase()
    const db = await openDatabase(test.config)
    const kill = sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`
    await Promise.all(Array.from({ length: 5 }, () => db.ping()))
    await db
      .select()
      .from(sql`(${kill}) as killed`)
      .catch(() => {})
    await eventually(
      () =>
        db.ping().then(
          () => true,
          () => false,
        ),
      10_000,
    )
    await db.transaction(async tx => void (await tx.insert(users).values(person('back'))))
    await db.close()
    await test.drop()
  })

  it('knows a server that is not there from a mistake', async () => {
    const { database } = readConfig({ DATABASE_URL: 'postgres://nobody:x@127.0.0.1:1/none' })
    const db = await openDatabase(database)
    await assert.rejects(db.select().from(users), error => isUnavailable(error))
    await assert.rejects(
      db.transaction(async () => {}),
      error => isUnavailable(error),
    )
    await db.close()
  })
})
