import assert from 'node:assert/strict'
import { mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { migratedDatabase, type TestDatabase } from '../testing/database.ts'
import { endedProcess, startProcess } from '../testing/process.ts'
import { type Database } from './database.ts'
import { engine } from './engine.ts'
import { errorCode, isUnavailable } from './errors.ts'
import { openDatabase } from './open.ts'
import { posts, sessions, users } from './schema.ts'
import { count, eq, sql } from './sql.ts'

const now = new Date(1_800_000_000_123)
const susan = {
  username: 'susan',
  usernameKey: 'susan',
  displayName: 'Susan',
  email: 's@example.com',
  emailKey: 's@example.com',
  passwordHash: '-',
  lastSeenAt: now,
  createdAt: now,
}
/** A second or so of work, and nothing to read. */
const hardWork = sql<number>`(with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < 3000000)
  select count(*) from numbers)`

describe(`reading aside on ${engine}`, { timeout: 60_000 }, () => {
  let test: TestDatabase
  let db: Database
  const statements: string[] = []
  before(async () => {
    test = await migratedDatabase()
    db = await openDatabase(test.config, { onStatement: text => void statements.push(text) })
    await db.transaction(async tx => {
      const [user] = await tx.insert(users).values(susan).returning({ id: users.id })
      const userId = user?.id as number
      const entities = [{ kind: 'link' as const, start: 0, end: 1, href: '/x' }]
      await tx.insert(posts).values({ userId, body: '🎈', entities, createdAt: now })
      const session = {
        createdAt: now,
        lastUsedAt: now,
        expiresAt: now,
        persistent: true,
        userAgent: '',
        label: '',
      }
      await tx.insert(sessions).values({ userId, tokenHash: 'x', ...session })
    })
  })
  after(async () => {
    await db.close()
    await test.drop()
  })

  it('gives the same rows, of the same types, as reading', async () => {
    for (const table of [users, posts, sessions] as (typeof users)[]) {
      const aside = await db.background.select().from(table)
      assert.equal(aside.length, 1)
      assert.deepEqual(aside, await db.select().from(table))
    }
    assert.deepEqual(await db.background.select({ all: count() }).from(users), [{ all: 1 }])
    assert.equal(await db.background.$count(users), 1)
    assert.equal(
      (await db.background.query.users.findFirst({ with: { posts: true } }))?.posts[0]?.createdAt.getTime(),
      now.getTime(),
    )
    assert.equal(await db.background.query.users.findFirst({ where: { username: 'nobody' } }), undefined)
  })

  it('sees at once what was committed, and is counted', async () => {
    await db.transaction(async tx => void (await tx.update(users).set({ about: 'here' })))
    statements.length = 0
    assert.equal((await db.background.select({ about: users.about }).from(users))[0]?.about, 'here')
    assert.equal(statements.length, 1)
  })

  it('fails as reading does, and goes on', async () => {
    const wrong = () => db.background.select({ no: sql`no_such_thing(1)` }).from(users)
    await assert.rejects(
      wrong,
      error => errorCode(error) === (engine === 'sqlite' ? 'SQLITE_ERROR' : '42883'),
    )
    assert.equal(await db.background.$count(users, eq(users.username, 'susan')), 1)
  })

  it('lets others be answered meanwhile', async () => {
    await db.background.$count(users)
    const work = db.background.select({ work: hardWork }).from(users)
    let answered = 0
    const done = work.then(() => true)
    while (!(await Promise.race([done, new Promise(resolve => setImmediate(resolve, false))]))) {
      await db.ping()
      answered++
    }
    assert.ok(answered > 20, `${answered} answers`)
  })
})

describe('the thread that reads aside', { skip: engine !== 'sqlite', timeout: 60_000 }, () => {
  it('keeps no process from ending, and none waits in vain for it', async () => {
    const test = await migratedDatabase()
    const script = path.join(import.meta.dirname, 'open.ts')
    const program = `import { openDatabase } from '${script}'
      import { users } from '${path.join(import.meta.dirname, 'schema.ts')}'
      const db = await openDatabase(${JSON.stringify(test.config)})
      console.log(await db.background.$count(users))`
    const child = startProcess(['--input-type=module', '-e', program], { DATABASE_URL: test.url })
    assert.deepEqual(await endedProcess(child), { code: 0, output: '0\n' })
    await test.drop()
  })

  it('is started again if it has died', async () => {
    const { openBackground } = await import('./sqlite/background.ts')
    const test = await migratedDatabase()
    const folder = mkdtempSync(path.join(tmpdir(), 'microblog-test-'))
    const file = path.join(folder, 'later.db')
    const { reader, close } = openBackground(file)
    await assert.rejects(
      () => reader.$count(users),
      error => isUnavailable(error),
    )
    renameSync(test.config.engine === 'sqlite' ? test.config.file : '', file)
    assert.equal(await reader.$count(users), 0)
    await close()
    await test.drop()
    rmSync(folder, { recursive: true })
  })
})
