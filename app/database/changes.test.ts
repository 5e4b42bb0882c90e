import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { migratedDatabase, type TestDatabase } from '../testing/database.ts'
import { eventually } from '../testing/eventually.ts'
import type { Topic } from './changes.ts'
import { type Database, openDatabase, type State, type Writer } from './database.ts'
import { engine } from './engine.ts'
import { rateLimits, users } from './schema.ts'

const now = new Date()
const person = (username: string): typeof users.$inferInsert => ({
  username,
  usernameKey: username,
  displayName: username,
  email: `${username}@example.com`,
  emailKey: `${username}@example.com`,
  passwordHash: '-',
  lastSeenAt: now,
  createdAt: now,
})

describe(`what has changed in a database on ${engine}`, () => {
  let test: TestDatabase
  let db: Database
  let other: Database
  let earlier: State
  before(async () => {
    test = await migratedDatabase()
    db = await openDatabase(test.config)
    other = await openDatabase(test.config)
  })
  after(async () => {
    await db.close()
    await other.close()
    await test.drop()
  })
  let added = 0
  const add = async (tx: Writer) => void (await tx.insert(users).values(person(`somebody${++added}`)))
  const limit = async (tx: Writer) =>
    void (await tx.insert(rateLimits).values({ key: `key${++added}`, freeAt: now }))
  const isOldAfter = async (work: (tx: Writer) => Promise<void>, topics: Topic[] | null, where = db) => {
    earlier = await db.state()
    await where.transaction(work)
    return !(await db.state()).isUnchangedSince(earlier, topics)
  }
  // PostgreSQL numbers the transactions of all its databases: what other tests commit there counts, when they do.
  const staysNewAfter = async (work: (tx: Writer) => Promise<void>, topics: Topic[]) => {
    const isNew = async () => !(await isOldAfter(work, topics))
    if (engine === 'sqlite') assert.ok(await isNew())
    else await eventually(isNew)
  }

  it('is everything, if whoever wrote did not say what it was about', async () => {
    assert.equal(await isOldAfter(add, ['person:1']), true)
    assert.equal(await isOldAfter(add, []), true)
    assert.equal(await isOldAfter(add, null), true)
  })

  it('is what it is about', async () => {
    const about =
      (...topics: Topic[]) =>
      (tx: Writer) =>
        add(tx.about(...topics))
    assert.equal(await isOldAfter(about('person:1'), ['posts', 'person:1']), true)
    assert.equal(await isOldAfter(about('person:1'), null), true)
    await staysNewAfter(about('person:1'), ['posts', 'person:2'])
  })

  it('is everything, if one of two statements did not say', async () => {
    const both = async (tx: Writer) => {
      await add(tx.about('person:1'))
      await add(tx)
    }
    assert.equal(await isOldAfter(both, ['person:2']), true)
  })

  it('is nothing, if no remembered page shows it, and after a transaction that failed', async () => {
    await staysNewAfter(limit, ['posts'])
    const failing = async (tx: Writer) => {
      await add(tx)
      throw new Error('no')
    }
    const old = isOldAfter(failing, ['posts'])
    await assert.rejects(old, /no/)
    if (engine === 'sqlite') assert.ok((await db.state()).isUnchangedSince(earlier, null))
  })

  it('is what was committed in between, whenever that was begun', async () => {
    const committing = Promise.withResolvers<void>()
    const written = Promise.withResolvers<void>()
    const slow = db.transaction(async tx => {
      await add(tx.about('person:1'))
      written.resolve()
      await committing.promise
    })
    await written.promise
    if (engine === 'postgresql') await staysNewAfter(limit, ['person:1'])
    earlier = await db.state()
    committing.resolve()
    await slow
    assert.equal((await db.state()).isUnchangedSince(earlier, ['person:1']), false)
  })

  it('is seen at once by whoever asks after a commit, of many who ask and write at the same time', async () => {
    let kept = 0
    const write = async (id: number) => {
      const before = await db.state()
      await db.transaction(tx => add(tx.about(`person:${id}`)))
      const now = await db.state()
      assert.equal(now.isUnchangedSince(before, [`person:${id}`]), false)
      if (now.isUnchangedSince(before, ['person:1000'])) kept++
    }
    const twenty = Array.from({ length: 20 }, (_, id) => id)
    for (let round = 0; round < 20; round++) await Promise.all(twenty.map(write))
    assert.ok(kept > 0, 'what nobody wrote about stayed as it was at least now and then')
  })

  it('is everything that another process has written, whatever it is about', async () => {
    assert.equal(await isOldAfter(tx => add(tx.about('person:1')), ['person:2'], other), true)
  })
})
