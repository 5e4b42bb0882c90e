import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { getTableName, is, Table } from 'drizzle-orm'
import postgres from 'postgres'
import { root } from '../config.ts'
import { emptyPostgresDatabase, migratedDatabase, type TestDatabase } from '../testing/database.ts'
import { eventually } from '../testing/eventually.ts'
import { startPostgres } from '../testing/postgres.ts'
import { endedProcess, startProcess } from '../testing/process.ts'
import { ALL, type CacheTag, tagsOfTable } from './cache-tags.ts'
import type { Database, Writer } from './database.ts'
import { engine } from './engine.ts'
import { migrate } from './migrations/migrations.ts'
import { openDatabase } from './open.ts'
import { Listener } from './postgres/listen.ts'
import * as schema from './schema.ts'
import { notifications, posts, rateLimits, users } from './schema.ts'

/** What another process hears of a commit: on SQLite, only that there was one. */
const abroad = (tag: CacheTag) => (engine === 'sqlite' ? ALL : tag)

/** A greeting from `untilListening` may still be on its way. */
const isNews = (tag: string) => tag !== 'tag:hello'

let written = 0
/** Every transaction that invalidates something writes something, too. */
const saying =
  (...tags: CacheTag[]) =>
  async (tx: Writer) => {
    await tx.insert(rateLimits).values({ key: `said ${written++}`, freeAt: new Date() })
    tx.invalidates(...tags)
  }

/** Collects every tag that a database hears of. */
function listenTo(db: Database, heard: string[]): () => void {
  return db.listen(invalidation => void heard.push(...invalidation))
}

/** Commits until it is heard on the other side, which needs a moment to begin. */
async function untilListening(from: Database, heard: string[]): Promise<void> {
  await eventually(async () => {
    await from.transaction(saying('tag:hello'))
    return heard.includes(abroad('tag:hello'))
  })
}

describe(`invalidations on ${engine}`, () => {
  let test: TestDatabase
  let here: Database
  let there: Database
  const heardHere: string[] = []
  const heardThere: string[] = []
  before(async () => {
    test = await migratedDatabase()
    here = await openDatabase(test.config)
    there = await openDatabase(test.config)
    listenTo(here, heardHere)
    listenTo(there, heardThere)
    await untilListening(here, heardThere)
    await untilListening(there, heardHere)
  })
  beforeEach(() => {
    heardHere.length = 0
    heardThere.length = 0
  })
  after(async () => {
    await Promise.all([here.close(), there.close()])
    await test.drop()
  })

  it('are heard in this process at once and in others soon, each tag once, without an echo', async () => {
    await here.transaction(saying('tag:tea', 'tag:cake', 'tag:tea'))
    assert.deepEqual(heardHere.filter(isNews), ['tag:tea', 'tag:cake'])
    for (const tag of ['tag:tea', 'tag:cake'] as const)
      await eventually(async () => heardThere.includes(abroad(tag)))
    await there.transaction(saying('tag:back'))
    await eventually(async () => heardHere.includes(abroad('tag:back')))
    assert.deepEqual(heardHere.filter(isNews), ['tag:tea', 'tag:cake', abroad('tag:back')])
  })

  it('say nothing of what was rolled back', async () => {
    const failing = here.transaction(async tx => {
      await saying('tag:never')(tx)
      throw new Error('changed my mind')
    })
    await assert.rejects(failing, /changed my mind/)
    await there.transaction(saying('tag:sentinel'))
    await eventually(async () => heardHere.includes(abroad('tag:sentinel')))
    assert.ok(!heardHere.includes('tag:never') && !heardThere.includes('tag:never'))
  })

  it('are everything if a table that pages show was written without one of its tags', async () => {
    const person = (username: string): typeof users.$inferInsert => ({
      username,
      usernameKey: username,
      displayName: username,
      email: `${username}@example.com`,
      emailKey: `${username}@example.com`,
      passwordHash: '-',
      lastSeenAt: new Date(),
      createdAt: new Date(),
    })
    await here.transaction(async tx => void (await tx.insert(users).values(person('susan'))))
    assert.deepEqual(heardHere, [ALL])
    heardHere.length = 0
    await here.transaction(async tx => {
      tx.invalidates('tag:tea')
      await tx.insert(users).values(person('john'))
    })
    assert.deepEqual(heardHere, [ALL], 'the tag of another table does not help')
    heardHere.length = 0
    await here.transaction(async tx => {
      tx.invalidates('person:3')
      await tx.insert(users).values(person('david'))
    })
    assert.deepEqual(heardHere, ['person:3'])
  })

  it('are everything if rows that pages show went by cascade without one of their tags', async () => {
    const given = { kind: 'mention', subject: 'post:1', createdAt: new Date() }
    for (const [tags, expected] of [
      [['post:1'], [ALL]],
      [
        ['post:1', 'viewer:2'],
        ['post:1', 'viewer:2'],
      ],
    ] as [CacheTag[], string[]][]) {
      await here.transaction(async tx => {
        const row = { userId: 1, body: 'hello', entities: [], createdAt: new Date() }
        const [post] = await tx.insert(posts).values(row).returning({ id: posts.id })
        await tx.insert(notifications).values({ ...given, userId: 2, postId: post?.id })
      })
      heardHere.length = 0
      await here.transaction(async tx => {
        await tx.delete(posts)
        tx.invalidates(...tags)
      })
      assert.equal(await here.$count(notifications), 0)
      assert.deepEqual(heardHere, expected)
    }
  })

  it('are nothing if only tables were written that no page shows', async () => {
    await here.transaction(saying())
    assert.deepEqual(heardHere, [])
  })

  it('that do not fit into one notification are everything', async () => {
    await here.transaction(saying(...Array.from({ length: 2_000 }, (_, id): CacheTag => `post:${id}`)))
    await eventually(async () => heardThere.includes(ALL))
    assert.ok(heardHere.includes('post:1999'))
  })

  it('are heard by no listener that has stopped', async () => {
    const heard: string[] = []
    listenTo(here, heard)()
    await here.transaction(saying('tag:tea'))
    assert.deepEqual([heard, heardHere.filter(isNews)], [[], ['tag:tea']])
  })

  it('are no statements of the transaction', async () => {
    const statements: string[] = []
    const counted = await openDatabase(test.config, { onStatement: sql => void statements.push(sql) })
    counted.listen(() => {})
    await counted.transaction(saying('tag:tea'))
    assert.equal(statements.length, 1)
    await counted.close()
  })

  it('keep no process that has closed its database', async () => {
    const script = `
      import { openDatabase } from '${root}/app/database/open.ts'
      import { environment, readConfig } from '${root}/app/config.ts'
      const db = await openDatabase(readConfig(environment).database)
      const { promise, resolve } = Promise.withResolvers()
      db.listen(resolve)
      if (${engine === 'postgresql'}) await promise
      await db.close()`
    const process = startProcess(['--input-type=module', '-e', script], { DATABASE_URL: test.url })
    const { code, output } = await endedProcess(process)
    assert.equal(code, 0, output)
  })
})

it('every table has its tags, or is declared never shown', () => {
  const names = Object.values(schema)
    .filter(one => is(one, Table))
    .map(getTableName)
  for (const name of names) assert.ok(name in tagsOfTable, name)
})

/** An embedded database has no server that could be away. */
if (engine === 'postgresql')
  describe('listening', () => {
    it('goes on after its connection was lost, and says that something may have been missed', async () => {
      const test = await migratedDatabase()
      const [here, there] = [await openDatabase(test.config), await openDatabase(test.config)]
      const heard: string[] = []
      listenTo(here, heard)
      await untilListening(there, heard)
      heard.length = 0
      const admin = postgres(test.url, { max: 1 })
      await admin`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and query ilike 'listen%'`
      await eventually(async () => !here.isListening() || heard.includes(ALL))
      await eventually(async () => here.isListening() && heard.includes(ALL))
      await there.transaction(saying('tag:tea'))
      await eventually(async () => heard.includes('tag:tea'))
      await Promise.all([here.close(), there.close(), admin.end()])
      await test.drop()
    })

    it('begins before the server is there, and goes on when it was away', {
      timeout: 60_000,
    }, async context => {
      const server = await startPostgres()
      context.after(() => server.stop())
      const { config } = await emptyPostgresDatabase(server.url)
      await migrate(config)
      await server.stopServer()
      const [here, there] = [await openDatabase(config), await openDatabase(config)]
      context.after(() => Promise.all([here.close(), there.close()]))
      const heard: string[] = []
      listenTo(here, heard)
      await assert.rejects(here.ping())
      for (const _ of ['the first time', 'again']) {
        await server.startServer()
        await eventually(async () => heard.includes(ALL), 20_000)
        await there.transaction(saying('tag:tea'))
        await eventually(async () => heard.includes('tag:tea'))
        await server.stopServer()
        await eventually(async () => !here.isListening())
        heard.length = 0
      }
      const alone = await openDatabase(config)
      alone.listen(() => {})
      await alone.close()
    })
  })

describe('a listener whose connection is refused', { skip: engine !== 'postgresql' }, () => {
  it('waits before it tries again, and stops when it is closed', async t => {
    t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] })
    let opened = 0
    const open = ({ onclose }: { onclose(): void }) => {
      opened++
      setImmediate(onclose)
      return { unsafe: () => Promise.reject(new Error('refused')), end: async () => {} } as never
    }
    const listener = new Listener(open, 'here', () => assert.fail('nothing was heard'))
    listener.start()
    for (const expected of [1, 2, 3]) {
      for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate)
      assert.equal(opened, expected)
      t.mock.timers.tick(500)
    }
    await listener.close()
    t.mock.timers.tick(10_000)
    assert.equal(opened, 4)
  })
})
