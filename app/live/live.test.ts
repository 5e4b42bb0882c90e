import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { closeAccount } from '../accounts/closure-queries.ts'
import { block } from '../blocks/queries.ts'
import { follows, jobs, notifications, posts, sessions, users } from '../database/schema.ts'
import { eq } from '../database/sql.ts'
import { follow } from '../follows/queries.ts'
import { notify } from '../notifications/queries.ts'
import type { Browser } from '../testing/browser.ts'
import { eventually } from '../testing/eventually.ts'
import { type Name, openSite, type Site } from '../testing/site.ts'
import { SseClient } from '../testing/sse-client.ts'

const cookieOf = ({ cookies }: Browser) => `session=${cookies.get('session')}`

describe('the stream', () => {
  let site: Site
  let address: string
  const open: SseClient[] = []
  before(async () => {
    site = await openSite({}, { live: { heartbeat: 20 } })
    address = await site.app.listen({ host: '127.0.0.1', port: 0 })
  })
  afterEach(async () => {
    for (const client of open.splice(0)) client.cut()
    await site.app.db.transaction(async tx => {
      await tx.delete(posts)
      await tx.delete(follows)
      await tx.delete(notifications)
    })
  })
  after(() => site.close())
  const listen = async (browser: Browser, path?: string, headers?: Record<string, string>) => {
    const client = new SseClient(address, cookieOf(browser))
    open.push(client)
    await client.open(path, headers)
    return client
  }
  /** Signing in takes its time: once is enough for most. */
  const browsers = new Map<Name, Promise<Browser>>()
  const as = (name: Name) => {
    const browser = browsers.get(name) ?? site.signedIn(name)
    browsers.set(name, browser)
    return browser
  }
  const listenAs = async (name: Name) => {
    const client = await listen(await as(name))
    await client.until('badges')
    return client
  }
  const following = (follower: Name, followed: Name) =>
    site.app.db.transaction(tx => follow(tx, site.ids[follower], site.ids[followed]))

  it('is for members: visitors are told not to come back', async () => {
    assert.equal((await site.visitor().get('/live')).location, '/sign-in?next=%2Flive')
    assert.equal((await site.visitor().get('/live', { accept: 'application/json' })).status, 401)
    const answer = await site.visitor().get('/live', { accept: 'text/event-stream' })
    assert.equal(answer.status, 200)
    assert.match(answer.text, /^event: over\n/)
    assert.equal((await site.visitor().get('/live/posts')).status, 303)
  })

  it('is for the pages of this site, and of the person who is signed in', async () => {
    const susan = await as('susan')
    const accept = 'text/event-stream'
    for (const from of ['cross-site', 'same-site'])
      assert.equal((await susan.get('/live', { accept, 'sec-fetch-site': from })).status, 403)
    const old = await susan.get(`/live?user=${site.ids.john}`, { accept })
    assert.match(old.text, /^event: over\n/)
    assert.equal((await susan.ask({ method: 'HEAD', url: '/live' })).status, 404)
  })

  it('begins with the badges, in the reader’s language, and passes proxies as it is', async () => {
    await site.app.db.transaction(tx => follow(tx, site.ids.john, site.ids.susan))
    const susan = await listen(await as('susan'), `/live?user=${site.ids.susan}`, {
      'accept-language': 'es',
      'accept-encoding': 'br, gzip',
    })
    await susan.until('badges')
    assert.deepEqual(susan.items, [
      {
        type: 'badges',
        notifications: 1,
        messages: 0,
        words: { notifications: '1 sin leer', messages: '0 sin leer' },
      },
    ])
    const { headers } = susan.response ?? {}
    assert.match(String(headers?.['content-type']), /^text\/event-stream/)
    assert.equal(headers?.['content-encoding'], undefined)
    assert.equal(headers?.['cache-control'], 'no-store')
    assert.equal(headers?.['x-accel-buffering'], 'no')
    assert.ok(headers?.['content-security-policy'])
  })

  it('tells of followers and mentions, and counts them', async () => {
    const susan = await listenAs('susan')
    const john = await as('john')
    await john.post('/@susan/follow')
    await susan.until('notification')
    await john.post('/posts', { body: 'hello @susan' })
    await susan.until('notification', 2)
    const [followed, mentioned] = susan.of('notification')
    assert.match(followed?.sentence ?? '', /john.* followed you/)
    assert.match(mentioned?.sentence ?? '', /john.* mentioned you/)
    assert.equal(susan.of('badges').at(-1)?.notifications, 2)
    const browser = await as('susan')
    const opened = await browser.get(String(mentioned?.href))
    assert.match(String(opened.location), /^\/posts\/\d+$/)
    await eventually(async () => susan.of('badges').at(-1)?.notifications === 1)
  })

  it('tells of posts at one’s Home, one’s own as well, and of no others', async () => {
    await following('susan', 'john')
    const [susan, david] = [await listenAs('susan'), await listenAs('david')]
    for (const name of ['mary', 'john', 'susan', 'david'] as const)
      await (await as(name)).post('/posts', { body: `by ${name}` })
    await susan.until('post', 2)
    await david.until('post')
    const written = await site.app.db.select({ id: posts.id, userId: posts.userId }).from(posts)
    const by = (...names: Name[]) =>
      names.map(name => written.find(({ userId }) => userId === site.ids[name])?.id)
    assert.deepEqual(
      susan.of('post').map(({ id }) => id),
      by('john', 'susan'),
    )
    assert.deepEqual(
      david.of('post').map(({ id }) => id),
      by('david'),
    )
  })

  it('tells nothing between people who are apart', async () => {
    await following('susan', 'mary')
    await site.app.db.transaction(tx => block(tx, site.ids.mary, site.ids.susan))
    const susan = await listenAs('susan')
    const mary = await as('mary')
    await mary.post('/posts', { body: 'not for @susan' })
    await (await as('susan')).post('/posts', { body: 'the end' })
    await susan.until('post')
    assert.equal(susan.of('post').length, 1)
    assert.equal(susan.of('notification').length, 0)
    assert.equal((await site.app.db.select().from(notifications)).length, 0)
  })

  it('asks nothing while nothing happens, and little when something does', async () => {
    await following('susan', 'john')
    await following('david', 'john')
    await listenAs('mary')
    const clients = [await listenAs('susan'), await listenAs('david'), await listenAs('susan')]
    const beats = clients[0]?.beats ?? 0
    site.statements.length = 0
    await eventually(async () => (clients[0]?.beats ?? 0) > beats + 5)
    assert.deepEqual(site.statements, [])
    const { db } = site.app
    const told = { kind: 'follow', about: 1, actorId: site.ids.john } as const
    await db.transaction(tx => notify(tx, { ...told, userId: site.ids.susan }))
    for (const hers of [clients[0], clients[2]]) await hers?.until('notification')
    const reads = () => site.statements.filter(text => text.startsWith('select') && !/"blocks"/.test(text))
    assert.equal(reads().length, 2, 'the news of both streams, and whether their sessions are open')
    site.statements.length = 0
    await db.transaction(async tx => {
      for (const body of ['one', 'two', 'three'])
        await tx.insert(posts).values({ userId: site.ids.john, body, entities: [], createdAt: new Date() })
      tx.invalidates(`author:${site.ids.john}`)
    })
    await Promise.all(clients.map(client => client.until('post', 3)))
    assert.equal(reads().length, 3, 'the posts, who reads them, and whether their sessions are open')
    assert.equal(clients[1]?.frames, 2, 'a burst comes in one piece')
  })

  it('tells that a job of theirs has got further', async () => {
    const [susan, david] = [await listenAs('susan'), await listenAs('david')]
    const job = { name: 'x', input: {}, state: 'running', userId: site.ids.susan, createdAt: new Date() }
    const id = await site.app.db.transaction(async tx => {
      const [added] = await tx.insert(jobs).values(job).returning({ id: jobs.id })
      tx.invalidates(`job:${Number(added?.id)}`)
      return added?.id
    })
    await susan.until('job')
    assert.deepEqual(susan.of('job'), [{ type: 'job', id }])
    assert.equal(david.of('job').length, 0)
  })

  it('ends with its session, wherever that was ended', async () => {
    const [here, elsewhere] = [await site.signedIn('susan'), await site.signedIn('susan')]
    const [one, other] = [await listen(here), await listen(elsewhere)]
    await Promise.all([one.until('badges'), other.until('badges')])
    await here.post('/sign-out')
    await eventually(async () => one.isOver)
    assert.ok(other.isOpen && !other.isOver)
    const { db } = site.app
    await db.transaction(tx => tx.delete(sessions).where(eq(sessions.userId, site.ids.susan)))
    await db.transaction(tx => follow(tx, site.ids.john, site.ids.susan))
    await eventually(async () => other.isOver)
    assert.equal(other.of('notification').length, 0, 'nothing more is told to it')
    browsers.delete('susan')
    const david = await listenAs('david')
    await db.transaction(tx => closeAccount(tx, site.ids.david, new Date()))
    await eventually(async () => david.isOver)
    browsers.delete('david')
    await db.transaction(async tx => {
      await tx.update(users).set({ closedAt: null }).where(eq(users.id, site.ids.david))
      await tx.delete(jobs)
    })
  })

  it('ends soon after its session has expired, even if nothing happens', async () => {
    const browser = await site.signedIn('david')
    const expiresAt = new Date(Date.now() + 200)
    await site.app.db.transaction(tx =>
      tx.update(sessions).set({ expiresAt }).where(eq(sessions.userId, site.ids.david)),
    )
    const david = await listen(browser)
    await david.until('badges')
    await eventually(async () => david.isOver)
    browsers.delete('david')
  })

  it('is refused to whoever has too many', async () => {
    const mary = await as('mary')
    for (let count = 0; count < 20; count++) await (await listen(mary)).until('badges')
    const answer = await mary.get('/live', { accept: 'text/event-stream' })
    assert.equal(answer.status, 429)
    open.shift()?.cut()
    await eventually(async () => (await listen(mary)).response?.statusCode === 200)
  })

  it('goes on after the connection was lost, and after nonsense', async () => {
    const susan = await listenAs('susan')
    susan.cut()
    const { db } = site.app
    await db.transaction(tx => follow(tx, site.ids.john, site.ids.susan))
    await susan.open()
    await susan.until('notification')
    susan.cut()
    await susan.open()
    await susan.until('badges', 3)
    assert.equal(susan.of('notification').length, 1)
    for (const id of ['nonsense', '99999999999999', "1';--", 'x'.repeat(5_000)]) {
      const client = await listen(await as('susan'), '/live', { 'last-event-id': id })
      await client.until('badges')
    }
    assert.equal((await (await as('susan')).get(`/live?after=${'x'.repeat(20_000)}`)).status, 400)
  })

  it('begins where the page was made', async () => {
    const since = Date.now() - 1
    await site.app.db.transaction(tx => follow(tx, site.ids.john, site.ids.susan))
    const susan = await as('susan')
    const early = await listen(susan, `/live?after=${since}`)
    await early.until('notification')
    const late = await listen(susan, `/live?after=${Date.now()}`)
    await late.until('badges')
    assert.equal(late.of('notification').length, 0)
  })

  it('says that there is much, instead of telling all of it', async () => {
    await following('susan', 'john')
    const susan = await listenAs('susan')
    susan.cut()
    const many = Array.from({ length: 150 }, (_, n) => ({
      userId: site.ids.john,
      body: `${n}`,
      entities: [],
      createdAt: new Date(),
    }))
    await site.app.db.transaction(tx => tx.insert(posts).values(many))
    await susan.open()
    await susan.until('reset')
    assert.equal(susan.of('post').length, 0)
    await (await as('john')).post('/posts', { body: 'and one more' })
    await susan.until('post')
    assert.equal(susan.of('post').length, 1)
  })
})

it('a stream is told later what could not be looked up', async () => {
  let failures = 0
  let isAway = false
  const onStatement = (sql: string) => {
    if (!isAway || !sql.includes('left join "notifications"')) return
    failures++
    throw new Error('the database is away')
  }
  const site = await openSite({}, { onStatement })
  const address = await site.app.listen({ host: '127.0.0.1', port: 0 })
  const susan = new SseClient(address, cookieOf(await site.signedIn('susan')))
  await susan.open()
  await susan.until('badges')
  isAway = true
  await site.app.db.transaction(tx => follow(tx, site.ids.john, site.ids.susan))
  await eventually(async () => failures > 0)
  assert.equal(susan.of('notification').length, 0)
  isAway = false
  await susan.until('notification')
  assert.equal(susan.of('notification').length, 1)
  susan.cut()
  await site.close()
})

describe('new posts for Home', () => {
  let site: Site
  before(async () => {
    site = await openSite()
  })
  after(() => site.close())

  it('come as a fragment, newest first, up to a page of them', async () => {
    const susan = await site.signedIn('susan')
    await susan.post('/@john/follow')
    const [first] = await site.write('john', ['first'], new Date('2026-01-01T00:00:00Z'))
    const place = `/live/posts?after=${Date.parse('2026-01-01T00:00:00Z')}-${first}`
    await site.write('john', ['second', 'third'])
    await site.write('mary', ['not here'])
    const bodies = async () =>
      (await susan.get(place)).page.querySelectorAll('article .content').map(({ text }) => text)
    assert.deepEqual(await bodies(), ['third', 'second'])
    await site.write(
      'john',
      Array.from({ length: 24 }, (_, n) => `more ${n}`),
    )
    const answer = await susan.get(place)
    assert.ok(answer.page.querySelector('[data-more]'))
    assert.equal(answer.page.querySelectorAll('article').length, 0)
    assert.ok(!answer.text.includes('<html'))
  })

  it('leave the flash to the page', async () => {
    const susan = await site.signedIn('susan')
    await susan.post('/posts', { body: 'hello' })
    await susan.get('/live/posts')
    assert.match((await susan.get('/')).text, /Posted\./)
  })
})
