import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { after, afterEach, before, describe, it } from 'node:test'
import type { FastifyInstance } from 'fastify'
import postgres from 'postgres'
import { type AppOptions, buildApp } from '../app.ts'
import { readConfig } from '../config.ts'
import { engine } from '../database/engine.ts'
import { migrate } from '../database/migrations/migrations.ts'
import { replicaOf } from '../database/open.ts'
import { Browser } from '../testing/browser.ts'
import { emptyPostgresDatabase } from '../testing/database.ts'
import { eventually } from '../testing/eventually.ts'
import { type PostgresServer, startPostgres, startReplica } from '../testing/postgres.ts'
import { password } from '../testing/site.ts'

/** A primary and a real streaming replica, which the tests pause, resume, stop and freeze. */
describe('reading from a replica', { skip: engine !== 'postgresql', timeout: 100_000 }, () => {
  let primary: PostgresServer
  let standby: PostgresServer
  let app: FastifyInstance
  let other: FastifyInstance
  let urls: { DATABASE_URL: string; DATABASE_REPLICA_URL: string }
  let control: postgres.Sql
  const opened: FastifyInstance[] = []
  before(async () => {
    primary = await startPostgres(undefined, { durable: true })
    standby = await startReplica(primary)
    const { url } = await emptyPostgresDatabase(primary.url)
    urls = { DATABASE_URL: url, DATABASE_REPLICA_URL: on(standby, url) }
    control = postgres(standby.url, { max: 1, onnotice: () => {} })
    await migrate(readConfig(urls).database)
    app = await open({ maxLagMs: 60_000 })
    other = await open({ maxLagMs: 60_000 })
  })
  afterEach(() => control`select pg_wal_replay_resume()`)
  after(async () => {
    await control.end()
    for (const one of opened) await one.close()
    await standby.stop()
    await primary.stop()
  })

  /** Starts a process of the site and waits until it reads from the replica. */
  async function open(options: AppOptions = {}): Promise<FastifyInstance> {
    const config = readConfig({ ...urls, RATE_LIMITS: 'off' })
    const one = await buildApp(config, { logger: false, worker: false, ...options })
    opened.push(one)
    await readsFrom(one, 'standby')
    return one
  }
  async function hold(): Promise<void> {
    await control`select pg_wal_replay_pause()`
    await eventually(async () => {
      const [row] = await control`select pg_get_wal_replay_pause_state() as state`
      return row?.['state'] === 'paused'
    })
  }
  const readsFrom = (one: FastifyInstance, place: 'primary' | 'standby') =>
    eventually(async () => (await replicaOf(one.db)?.choose(0))?.reads === place)
  const shows = async (browser: Browser, words: string, path = '/explore') => {
    const { status, text } = await browser.get(path)
    assert.equal(status, 200)
    return text.includes(words)
  }
  let people = 0
  async function signedUp(): Promise<Browser> {
    const username = `person${++people}`
    const browser = new Browser(app)
    const form = { username, email: `${username}@example.com`, password }
    assert.equal((await browser.post('/sign-up', form)).status, 303)
    return browser
  }

  /** Waits until the replica has this browser's writes. */
  const hasWhatWrote = (browser: Browser) =>
    eventually(async () => {
      const visit = await replicaOf(app.db)?.choose(Number(browser.cookies.get('written')))
      return visit?.reads === 'standby'
    })

  it('shows one’s own writes at once in every process, and to others after replication', async () => {
    const [susan, mary, visitor] = [await signedUp(), await signedUp(), new Browser(app)]
    await hasWhatWrote(mary)
    await hold()
    const words = 'written while it stands still'
    assert.equal((await susan.post('/posts', { body: words })).status, 303)
    const elsewhere = new Browser(other)
    for (const [name, value] of susan.cookies) elsewhere.cookies.set(name, value)
    for (const browser of [susan, elsewhere]) {
      for (const path of ['/', '/explore', '/@person1']) assert.ok(await shows(browser, words, path), path)
    }
    for (const browser of [visitor, mary]) {
      assert.ok(!(await shows(browser, words)))
      assert.ok(!(await shows(browser, words)), 'nor what is remembered')
    }
    await control`select pg_wal_replay_resume()`
    await hasWhatWrote(susan)
    for (const browser of [visitor, mary, susan]) assert.ok(await shows(browser, words))
  })

  it('sends the position of a commit to the browser, even if its form arrived in chunks', async () => {
    const address = await app.listen({ host: '127.0.0.1', port: 0 })
    const body = String(new URLSearchParams({ username: 'socket', email: 's@example.com', password }))
    const type = { 'content-type': 'application/x-www-form-urlencoded' }
    const sending = request(`${address}/sign-up`, {
      method: 'POST',
      headers: { ...type, 'content-length': body.length },
    })
    const answer = once(sending, 'response') as Promise<[IncomingMessage]>
    sending.write(body.slice(0, 9))
    await fetch(`${address}/livez`)
    sending.end(body.slice(9))
    const cookies = (await answer)[0].resume().headers['set-cookie'] ?? []
    assert.ok(cookies.some(cookie => /^written=\d+; Max-Age=60;/.test(cookie)))
    const refused = await fetch(`${address}/sign-in`, { method: 'POST', body: '', headers: type })
    assert.ok(!refused.headers.getSetCookie().some(cookie => cookie.startsWith('written=')))
  })

  it('applies sign-in and ended sessions at once', async () => {
    const susan = await signedUp()
    const cookies = new Map(susan.cookies)
    await hasWhatWrote(susan)
    await hold()
    const john = await signedUp()
    assert.ok(await shows(john, 'action="/sign-out"', '/'))
    const device = new Browser(app)
    for (const [name, value] of cookies) device.cookies.set(name, value)
    assert.ok(await shows(device, 'action="/sign-out"'))
    await susan.post('/sign-out')
    assert.ok(!(await shows(device, 'action="/sign-out"')))
  })

  it('is not used by writes and uncached pages', async () => {
    const susan = await signedUp()
    await hold()
    await susan.post('/posts', { body: 'to be edited' })
    const link = (await susan.get('/')).page.querySelector('a[href^="/posts/"][href$="/edit"]')
    susan.cookies.delete('written')
    assert.equal((await susan.get(String(link?.getAttribute('href')))).status, 200)
  })

  it('stops while the replica lags too far behind', async () => {
    const strict = await open({ maxLagMs: 50 })
    await hold()
    const susan = await signedUp()
    await susan.post('/posts', { body: 'nobody waits for this' })
    await readsFrom(strict, 'primary')
    assert.ok(await shows(new Browser(strict), 'nobody waits for this'))
    await control`select pg_wal_replay_resume()`
    await readsFrom(strict, 'standby')
  })

  it('falls back to the primary while the replica is frozen', async () => {
    const visitor = new Browser(app)
    await readsFrom(app, 'standby')
    standby.freeze('SIGSTOP')
    try {
      const asked = Date.now()
      assert.equal((await visitor.get('/explore?before=9999999999999-1')).status, 200)
      assert.ok(Date.now() - asked < 4_000, `it took ${Date.now() - asked} ms`)
      await readsFrom(app, 'primary')
      assert.equal((await visitor.get('/explore')).status, 200)
    } finally {
      standby.freeze('SIGCONT')
    }
    await readsFrom(app, 'standby')
  })

  it('works on a database that is itself a replica: writes are answered with 503', async () => {
    const config = readConfig({ DATABASE_URL: urls.DATABASE_REPLICA_URL, RATE_LIMITS: 'off' })
    const reading = await buildApp(config, { logger: false, worker: false })
    opened.push(reading)
    const browser = new Browser(reading)
    assert.ok(await shows(browser, '<html'))
    const refused = await browser.post('/sign-up', { username: 'late', email: 'late@example.com', password })
    assert.equal(refused.status, 503)
    assert.ok(refused.headers['retry-after'])
  })

  it('falls back without an error when the replica stops, and resumes with it', async () => {
    const susan = await signedUp()
    await hasWhatWrote(susan)
    await control.end()
    await standby.stopServer()
    const visitor = new Browser(app)
    for (const path of ['/explore', '/', `/@person${people}`]) assert.ok(await shows(visitor, '<html', path))
    assert.equal((await susan.post('/posts', { body: 'the replica is gone' })).status, 303)
    for (const browser of [susan, visitor]) assert.ok(await shows(browser, 'the replica is gone'))
    await standby.startServer()
    control = postgres(standby.url, { max: 1, onnotice: () => {} })
    await readsFrom(app, 'standby')
    assert.ok(await shows(visitor, 'the replica is gone'))
  })

  it('continues for visitors while the primary is away', async () => {
    const visitor = new Browser(app)
    await readsFrom(app, 'standby')
    await primary.stopServer()
    try {
      assert.ok(await shows(visitor, '<html'))
    } finally {
      await primary.startServer()
    }
  })
})

/** The same database on another server. */
function on(server: PostgresServer, database: string): string {
  const url = new URL(server.url)
  url.pathname = new URL(database).pathname
  return url.href
}
