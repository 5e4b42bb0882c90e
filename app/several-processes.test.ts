import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { readConfig } from './config.ts'
import { type Database } from './database/database.ts'
import { engine } from './database/engine.ts'
import { migrationStatus } from './database/migrations/migrations.ts'
import { openDatabase } from './database/open.ts'
import { jobs, posts } from './database/schema.ts'
import { ne } from './database/sql.ts'
import { startsWith } from './database/text.ts'
import { emptyDatabase, type TestDatabase } from './testing/database.ts'
import { eventually } from './testing/eventually.ts'
import { type Mailbox, openMailbox } from './testing/mailbox.ts'
import { endProcess } from './testing/process.ts'
import { openProxy, type Proxy } from './testing/round-robin.ts'
import { type Server, startServer } from './testing/server.ts'
import { password } from './testing/site.ts'
import { SseClient } from './testing/sse-client.ts'

type Answer = { status: number; by: number; text: string; cookies: string[] }

const count = 3

/** Processes on one PostgreSQL database, behind a round-robin proxy. */
describe(`${count} processes behind a proxy`, { skip: engine !== 'postgresql', timeout: 110_000 }, () => {
  let test: TestDatabase
  let db: Database
  let mailbox: Mailbox
  let servers: Server[]
  let proxy: Proxy
  const cookies: Record<string, string> = {}
  before(async () => {
    test = await emptyDatabase()
    mailbox = await openMailbox()
    const environment = {
      DATABASE_URL: test.url,
      SMTP_URL: mailbox.url,
      TRUST_PROXY: '127.0.0.1',
      CONTACT: 'help@example.org',
    }
    servers = await Promise.all(Array.from({ length: count }, () => startServer(environment)))
    proxy = await openProxy(servers.map(({ address }) => address))
    db = await openDatabase(readConfig({ DATABASE_URL: test.url }).database)
    for (const name of ['susan', 'john', 'mary']) cookies[name] = await signUp(name)
  })
  after(async () => {
    await proxy.close()
    await stopAll()
    await Promise.all([db.close(), mailbox.close()])
    await test.drop()
  })

  const stopAll = () => Promise.all(servers.map(({ child }) => endProcess(child)))
  const ask = async (path: string, options: RequestInit = {}, address = proxy.address): Promise<Answer> => {
    const response = await fetch(address + path, { redirect: 'manual', ...options })
    const { status, headers } = response
    const by = Number(headers.get('x-process'))
    return { status, by, text: await response.text(), cookies: headers.getSetCookie() }
  }
  const get = (path: string, name: string) => ask(path, { headers: { cookie: String(cookies[name]) } })
  const post = (path: string, name: string, { address, ...form }: Record<string, string> = {}) => {
    const headers = { cookie: cookies[name] ?? '' }
    return ask(path, { method: 'POST', body: new URLSearchParams(form), headers }, address)
  }
  const signUp = async (name: string) => {
    const answer = await post('/sign-up', '', { username: name, email: `${name}@example.com`, password })
    assert.equal(answer.status, 303, answer.text)
    return answer.cookies.map(cookie => cookie.split(';')[0]).join('; ')
  }
  const isEach = (answers: Answer[]) => new Set(answers.map(({ by }) => by)).size === count

  it('migrate the database once', async () => {
    const migrations = await migrationStatus(readConfig({ DATABASE_URL: test.url }).database)
    for (const { name, state } of migrations) assert.equal(state, 'applied', name)
    for (const { child } of servers) assert.equal(child.exitCode, null)
  })

  /** Resolves when all of them answer like that, which is as soon as a notification has travelled. */
  const untilAll = (path: string, name: string, isAsExpected: (answer: Answer) => boolean) =>
    eventually(async () => {
      const answers = await Promise.all(servers.map(() => get(path, name)))
      assert.ok(isEach(answers))
      return answers.every(isAsExpected)
    }, 10_000)

  it('all apply a sign-in and a sign-out', async () => {
    cookies['david'] = await signUp('david')
    await untilAll('/posts/new', 'david', ({ status }) => status === 200)
    await post('/sign-out', 'david')
    await untilAll('/posts/new', 'david', ({ status }) => status === 303)
  })

  it('show the writes of any of them', async () => {
    for (const [n] of servers.entries()) {
      await post('/posts', 'mary', { body: `words number ${n}` })
      await untilAll('/explore', 'susan', ({ text }) => text.includes(`words number ${n}`))
    }
  })

  it('share rate limits: of 45 simultaneous posts, 30 are accepted', async () => {
    const began = Date.now()
    const bodies = Array.from({ length: 45 }, (_, n) => `post ${n}`)
    const answers = await Promise.all(bodies.map(body => post('/posts', 'susan', { body })))
    const published = answers.filter(({ status }) => status === 303).length
    const refused = answers.filter(({ status }) => status === 429).length
    // Plus one for every ten seconds that have passed.
    const most = 30 + Math.floor((Date.now() - began) / 10_000)
    const statuses = Map.groupBy(answers, ({ status }) => status)
    const counts = [...statuses].map(([status, { length }]) => `${length} times ${status}`).join(', ')
    assert.equal(published + refused, 45, counts)
    assert.ok(published >= 30 && published <= most, `${published} of at most ${most}`)
    assert.ok(isEach(answers))
  })

  it('send a stream of one the writes of another', async () => {
    await post('/@john/follow', 'mary')
    const clients = servers.map(() => new SseClient(proxy.address, String(cookies['mary'])))
    for (const client of clients) {
      await client.open()
      await client.until(() => true)
    }
    const streams = clients.map(({ response }) => Number(response?.headers['x-process']))
    assert.equal(new Set(streams).size, count)
    for (const [n, { address }] of servers.entries()) {
      assert.equal((await post('/posts', 'john', { body: `to all ${n}`, address })).status, 303)
      for (const client of clients) await client.until(() => client.states.length > n + 1)
    }
    assert.ok(clients.every(({ isOpen }) => isOpen))
    for (const client of clients) client.cut()
  })

  it('run each job once', async () => {
    for (const name of ['susan', 'john', 'mary']) await post('/exports', name)
    // The cleanup is scheduled again.
    const all = () => db.select().from(jobs).where(ne(jobs.name, 'jobs.clean'))
    const isDone = async () => (await all()).every(({ state }) => state === 'done')
    await eventually(isDone, 20_000)
    const done = await all()
    assert.ok(done.length >= 6)
    for (const { name, attempts } of done) assert.equal(attempts, 1, name)
    const confirmations = mailbox.received.filter(({ text }) => text.includes('/confirmations/'))
    const addresses = ['susan', 'john', 'mary', 'david'].map(name => `${name}@example.com`)
    assert.deepEqual(confirmations.map(({ to }) => to).toSorted(), addresses.toSorted())
  })

  it('lose no request when one of them stops', async () => {
    const [stopped] = servers.splice(1, 1) as [Server]
    const load = { goesOn: true }
    const answers: Answer[] = []
    const written: string[] = []
    const read = async () => {
      while (load.goesOn) answers.push(await get('/explore', 'john'))
    }
    const write = async () => {
      for (let n = 0; load.goesOn && n < 20; n++) {
        const form = { body: `in the meantime ${n}`, submission: String(n) }
        let answer = await post('/posts', 'mary', form)
        // A proxy must not retry it, because it may have been processed; its author may.
        if (answer.status === 502) answer = await post('/posts', 'mary', form)
        answers.push(answer)
        written.push(form.body)
      }
    }
    const working = Promise.all([read(), read(), read(), read(), write()])
    await eventually(async () => answers.length > 20)
    assert.equal(await endProcess(stopped.child), 0)
    const after = answers.length
    await eventually(async () => answers.length > after + 20)
    load.goesOn = false
    await working
    const failed = answers.filter(({ status }) => status !== 200 && status !== 303)
    assert.deepEqual(failed, [])
    assert.ok(proxy.retries > 0)
    const kept = await db.select().from(posts).where(startsWith(posts.body, 'in the meantime'))
    assert.deepEqual(kept.map(({ body }) => body).toSorted(), written.toSorted(), 'each is there once')
  })

  it('stop at the same time, and nothing was worth a line in the log', async () => {
    const codes = await stopAll()
    assert.deepEqual(new Set(codes), new Set([0]))
    for (const { child } of servers) assert.doesNotMatch(child.output(), /"level"/)
  })
})
