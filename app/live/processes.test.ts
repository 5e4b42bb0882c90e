import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { createAccount } from '../accounts/queries.ts'
import { type Database } from '../database/database.ts'
import { engine } from '../database/engine.ts'
import { openDatabase } from '../database/open.ts'
import { jobs, notifications, posts } from '../database/schema.ts'
import { desc, eq } from '../database/sql.ts'
import { follow } from '../follows/queries.ts'
import { notify } from '../notifications/queries.ts'
import { publishPost } from '../posts/queries.ts'
import { hashToken, newToken } from '../security/tokens.ts'
import { createSession, endSessionsOf } from '../sessions/queries.ts'
import { migratedDatabase, type TestDatabase } from '../testing/database.ts'
import { eventually } from '../testing/eventually.ts'
import { endProcess } from '../testing/process.ts'
import { type Server, startServer } from '../testing/server.ts'
import { SseClient } from '../testing/sse-client.ts'

describe(`streams of two processes on one ${engine} database`, { timeout: 90_000 }, () => {
  let test: TestDatabase
  let db: Database
  let servers: [Server, Server]
  const ids = { susan: 0, john: 0 }
  before(async () => {
    test = await migratedDatabase()
    db = await openDatabase(test.config)
    for (const username of ['susan', 'john'] as const) {
      const account = { username, email: `${username}@example.com`, passwordHash: '-', language: null }
      const created = await db.transaction(tx => createAccount(tx, account, new Date()))
      ids[username] = (created as { id: number }).id
    }
    await db.transaction(tx => follow(tx, ids.susan, ids.john))
    const settings = { DATABASE_URL: test.url, WORKER: 'external' }
    servers = await Promise.all([startServer(settings), startServer(settings)])
  })
  after(async () => {
    await Promise.all(servers.map(({ child }) => endProcess(child)))
    await db.close()
    await test.drop()
  })
  const cookieOf = async (userId: number) => {
    const token = newToken()
    const session = { tokenHash: hashToken(token), userId, persistent: false, userAgent: '', label: '' }
    await db.transaction(tx => createSession(tx, session, new Date()))
    return `session=${token}`
  }
  const listen = async ({ address }: Server) => {
    const client = new SseClient(address, await cookieOf(ids.susan))
    await client.open()
    await client.until(() => true)
    return client
  }
  /** Publishes a post and returns when. */
  const write = async (body: string) => {
    const now = new Date()
    const draft = { userId: ids.john, body, language: null, submission: null }
    await db.transaction(tx => publishPost(tx, draft, now))
    return now.toISOString()
  }

  it('tell what any process has written, and end when it ends the session', async () => {
    const clients = [await listen(servers[0]), await listen(servers[1])]
    const at = await write('hello @susan')
    for (const client of clients)
      await client.until(({ newestPostAt, notifications }) => newestPostAt === at && notifications === 1)
    await db.transaction(async tx => {
      const job = {
        name: 'x',
        input: {},
        state: 'running',
        userId: ids.susan,
        createdAt: new Date(),
        dueAt: new Date(),
      }
      const [added] = await tx.insert(jobs).values(job).returning({ id: jobs.id })
      tx.invalidates(`job:${Number(added?.id)}`)
    })
    for (const client of clients) await client.until(state => state.jobs !== '')
    await db.transaction(tx => endSessionsOf(tx, ids.susan))
    await eventually(async () => clients.every(({ isOver }) => isOver))
  })

  it('say what is true, however often the connection is lost and however late a transaction commits', async () => {
    const [client, steady] = [await listen(servers[0]), await listen(servers[1])]
    const until = Date.now() + 4_000
    const pause = (max: number) => delay(Math.random() * max)
    /** Some transactions stay open after they have written: on PostgreSQL beside others. */
    const late = engine === 'postgresql' ? 1_500 : 60
    const publish = async () => {
      while (Date.now() < until) {
        await db.transaction(async tx => {
          const draft = { userId: ids.john, body: 'x', language: null, submission: null }
          await publishPost(tx, draft, new Date())
          await pause(late)
        })
        await pause(100)
      }
    }
    const tell = async (first: number) => {
      for (let n = 0; Date.now() < until; n++) {
        await db.transaction(async tx => {
          await notify(tx, { userId: ids.susan, kind: 'follow', about: first + n })
          await pause(late)
        })
        await pause(100)
      }
    }
    const cut = async () => {
      while (Date.now() < until) {
        await pause(250)
        client.cut()
        await pause(50)
        const { address } = servers[Math.random() < 0.5 ? 0 : 1]
        await client.open('/live', { address })
      }
    }
    const four = [1_000, 2_000, 3_000, 4_000]
    await Promise.all([...four.map(publish), ...four.map(tell), cut()])
    const [newest] = await db.select().from(posts).orderBy(desc(posts.createdAt)).limit(1)
    const unread = Math.min(100, await db.$count(notifications, eq(notifications.userId, ids.susan)))
    for (const one of [client, steady]) {
      await one.until(
        ({ newestPostAt, notifications }) =>
          newestPostAt === newest?.createdAt.toISOString() && notifications === unread,
      )
      one.cut()
    }
  })

  it('do not keep a process that is told to stop, and go on elsewhere', async () => {
    const client = await listen(servers[0])
    const asked = Date.now()
    assert.equal(await endProcess(servers[0].child), 0)
    assert.ok(Date.now() - asked < 4_500, `it took ${Date.now() - asked} ms`)
    await eventually(async () => !client.isOpen)
    assert.ok(!client.isOver, 'it may come back')
    const at = await write('in the meantime')
    await client.open('/live', { address: servers[1].address })
    await client.until(({ newestPostAt }) => newestPostAt === at)
    client.cut()
  })
})
