import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { closeAccount } from '../accounts/closure-queries.ts'
import { block, unblock } from '../blocks/queries.ts'
import type { Writer } from '../database/database.ts'
import {
  conversations,
  follows,
  jobs,
  notifications,
  participants,
  posts,
  sessions,
  users,
} from '../database/schema.ts'
import { eq } from '../database/sql.ts'
import { follow } from '../follows/queries.ts'
import { notify } from '../notifications/queries.ts'
import { findPost, publishPost } from '../posts/queries.ts'
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
    site = await openSite({}, { live: { heartbeatMs: 20 } })
    address = await site.app.listen({ host: '127.0.0.1', port: 0 })
  })
  afterEach(async () => {
    for (const client of open.splice(0)) client.cut()
    await site.app.db.transaction(async tx => {
      await tx.delete(posts)
      await tx.delete(follows)
      await tx.delete(notifications)
      await tx.delete(conversations)
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
    await client.until(() => true)
    return client
  }
  /** Publishes a post, each at another time, and returns when. */
  const publish = async (name: Name, at = (time = Math.max(Date.now(), time + 1))) => {
    await site.write(name, [`by ${name}`], new Date(at))
    return new Date(at).toISOString()
  }
  let time = 0
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

  it('begins with what is true now, in the reader’s language, and passes proxies as it is', async () => {
    await following('john', 'susan')
    const newestPostAt = await publish('susan')
    const susan = await listen(await as('susan'), `/live?user=${site.ids.susan}`, {
      'accept-language': 'es',
      'accept-encoding': 'br, gzip',
    })
    await susan.until(() => true)
    const [told] = await site.app.db.select().from(notifications)
    assert.deepEqual(susan.state, {
      notifications: 1,
      messages: 0,
      words: { notifications: '1 sin leer', messages: '0 sin leer' },
      notification: {
        id: told?.id,
        at: told?.createdAt.toISOString(),
        sentence: '\u2068john\u2069 ha empezado a seguirte',
        conversationId: null,
      },
      newestPostAt,
      thread: null,
      jobs: '',
    })
    const { headers } = susan.response ?? {}
    assert.match(String(headers?.['content-type']), /^text\/event-stream/)
    assert.equal(headers?.['content-encoding'], undefined)
    assert.equal(headers?.['cache-control'], 'no-store')
    assert.equal(headers?.['x-accel-buffering'], 'no')
    assert.ok(headers?.['content-security-policy'])
  })

  it('says what is unread, and the newest of it', async () => {
    const susan = await listenAs('susan')
    const notification = () => susan.state?.notification
    assert.equal(notification(), null)
    const john = await as('john')
    await john.post('/@susan/follow')
    await susan.until(({ notifications }) => notifications === 1)
    assert.match(notification()?.sentence ?? '', /john.* followed you/)
    await john.post('/messages/@susan', { body: 'hello' })
    await susan.until(({ notifications, messages }) => notifications === 1 && messages === 1)
    assert.match(notification()?.sentence ?? '', /john.* message/)
    const [participant] = await site.app.db.select().from(participants)
    assert.equal(notification()?.conversationId, participant?.conversationId)
    const first = notification()
    await john.post('/messages/@susan', { body: 'once more' })
    await susan.until(({ messages }) => messages === 2)
    const again = notification()
    assert.equal(again?.id, first?.id)
    assert.ok(String(again?.at) > String(first?.at), 'told again, at another time')
    const opened = await (await as('susan')).get(`/notifications/${again?.id}`)
    await susan.until(({ notifications, notification }) => notifications === 1 && notification === null)
    await (await as('susan')).get(String(opened.location))
    await susan.until(({ messages }) => messages === 0)
  })

  it('takes back what is no longer so: an unfollow, a mention that an edit removes', async () => {
    const john = await as('john')
    const susan = await listenAs('susan')
    await john.post('/@susan/follow')
    const [id] = await site.write('john', ['hello @susan'], new Date())
    await susan.until(({ notifications }) => notifications === 2)
    await john.post(`/posts/${id}`, { body: 'hello' })
    await susan.until(({ notifications }) => notifications === 1)
    await john.post('/@susan/follow/delete')
    await susan.until(({ notifications, notification }) => notifications === 0 && notification === null)
  })

  it('says when the newest post at Home was written, one’s own as well, and no other', async () => {
    await following('susan', 'john')
    const [susan, david] = [await listenAs('susan'), await listenAs('david')]
    const [johns] = [await publish('john'), await publish('mary')]
    await susan.until(({ newestPostAt }) => newestPostAt === johns)
    const own = await publish('susan')
    await susan.until(({ newestPostAt }) => newestPostAt === own)
    const davids = await publish('david')
    await david.until(({ newestPostAt }) => newestPostAt === davids)
    await publish('john', Date.parse('2020-01-01'))
    const last = await publish('john')
    await susan.until(({ newestPostAt }) => newestPostAt === last)
    const times = (client: SseClient) => client.states.map(({ newestPostAt }) => newestPostAt)
    assert.deepEqual(times(susan), [null, johns, own, last], 'one that an import brings is not the newest')
    assert.deepEqual(times(david), [null, davids])
    await (await as('susan')).post('/@john/follow/delete')
    await susan.until(({ newestPostAt }) => newestPostAt === own)
  })

  it('tells nothing of people who have blocked each other', async () => {
    await following('susan', 'mary')
    await site.app.db.transaction(tx => block(tx, site.ids.mary, site.ids.susan))
    const susan = await listenAs('susan')
    await site.write('mary', ['not for @susan'], new Date())
    const own = await publish('susan')
    await susan.until(({ newestPostAt }) => newestPostAt === own)
    assert.equal(susan.states.length, 2)
    assert.equal(susan.state?.notifications, 0)
  })

  it('asks nothing while nothing happens, and little when something does', async () => {
    await following('susan', 'john')
    await following('david', 'john')
    await listenAs('mary')
    const clients = [await listenAs('susan'), await listenAs('david'), await listenAs('susan')]
    const [hers, his, other] = clients as [SseClient, SseClient, SseClient]
    const beats = hers.beats
    site.statements.length = 0
    await eventually(async () => hers.beats > beats + 5)
    assert.deepEqual(site.statements, [])
    const { db } = site.app
    const told = { kind: 'follow', about: 1, actorId: site.ids.john } as const
    await db.transaction(tx => notify(tx, { ...told, userId: site.ids.susan }))
    for (const client of [hers, other]) await client.until(({ notifications }) => notifications === 1)
    const reads = () =>
      site.statements.filter(text => /^select (?!"blocker_id"|"id", "notifications_from")/.test(text))
    assert.equal(reads().length, 1, 'the state of both streams')
    site.statements.length = 0
    await site.write('john', ['one', 'two', 'three'], new Date('2026-01-01T00:00:00.000Z'))
    for (const client of clients)
      await client.until(({ newestPostAt }) => newestPostAt === '2026-01-01T00:00:02.000Z')
    assert.equal(reads().length, 1, 'whose Home it is')
    assert.equal(his.states.length, 2, 'a burst comes in one piece')
    site.statements.length = 0
    await db.transaction(async tx => tx.invalidates(`viewer:${site.ids.susan}`))
    await eventually(async () => reads().length === 1)
    await eventually(async () => hers.beats > beats + 10)
    assert.equal(hers.states.length, 3, 'what is still true is not sent again')
  })

  it('says when the newest reply in the thread of the page was written that the person sees', async () => {
    const { db } = site.app
    const answer = async (name: Name, to: number, createdAt: Date) => {
      const parent = await findPost(db, to, null)
      const draft = { userId: site.ids[name], body: 'Yes', language: null, submission: null, parent }
      return db.transaction(tx => publishPost(tx, draft, createdAt))
    }
    const [root = 0, other = 0] = await site.write('john', ['Tea?', 'Coffee?'])
    const first = await answer('john', root, new Date('2026-02-01T00:00:00.000Z'))
    const client = new SseClient(address, cookieOf(await as('susan')))
    open.push(client)
    await client.open(`/live?thread=${root}`)
    const newest = (at: string) =>
      client.until(({ thread }) => thread?.id === root && thread.newestAt === `${at}T00:00:00.000Z`)
    await newest('2026-02-01')
    await answer('david', first, new Date('2026-02-02T00:00:00.000Z'))
    await newest('2026-02-02')
    await db.transaction(tx => block(tx, site.ids.mary, site.ids.susan))
    await answer('mary', root, new Date('2026-02-03T00:00:00.000Z'))
    await answer('john', other, new Date('2026-02-04T00:00:00.000Z'))
    await answer('david', root, new Date('2026-02-05T00:00:00.000Z'))
    await newest('2026-02-05')
    const times = client.states.map(({ thread }) => thread?.newestAt?.slice(0, 10))
    assert.deepEqual([...new Set(times)], ['2026-02-01', '2026-02-02', '2026-02-05'])

    const susan = await as('susan')
    const since = Date.parse('2026-02-01T12:00:00.000Z')
    const shown = async (post: number) =>
      (await susan.get(`/live/posts/${post}/replies?after=${since}-0`)).page.querySelectorAll('article')
        .length
    assert.deepEqual([await shown(root), await shown(first), await shown(other)], [2, 1, 1])
    site.statements.length = 0
    await shown(root)
    assert.ok(site.statements.length <= 4, site.statements.join('\n'))
    assert.equal((await susan.get('/live/posts/99999/replies')).status, 404)
    const marys = await answer('mary', other, new Date())
    assert.equal((await susan.get(`/live/posts/${marys}/replies`)).status, 404)
    await db.transaction(tx => unblock(tx, site.ids.mary, site.ids.susan))
  })

  it('says how far the jobs are', async () => {
    const [susan, david] = [await listenAs('susan'), await listenAs('david')]
    const job = { name: 'x', input: {}, state: 'running', userId: site.ids.susan, createdAt: new Date() }
    const change = (work: (tx: Writer) => Promise<{ id: number }[]>) =>
      site.app.db.transaction(async tx => {
        const [changed] = await work(tx)
        tx.invalidates(`job:${Number(changed?.id)}`)
        return Number(changed?.id)
      })
    const id = await change(tx =>
      tx
        .insert(jobs)
        .values({ ...job, dueAt: new Date() })
        .returning({ id: jobs.id }),
    )
    await susan.until(state => state.jobs === `${id} running `)
    const set = (values: Partial<typeof jobs.$inferInsert>) =>
      change(tx => tx.update(jobs).set(values).where(eq(jobs.id, id)).returning({ id: jobs.id }))
    await set({ progress: { done: 1, total: 2 } })
    await susan.until(state => /"done": ?1/.test(state.jobs))
    await set({ state: 'done', dueAt: null })
    await susan.until(state => state.jobs === '')
    assert.equal(david.states.length, 1)
  })

  it('ends with its session, wherever that was ended', async () => {
    const [here, elsewhere] = [await site.signedIn('susan'), await site.signedIn('susan')]
    const [one, other] = [await listen(here), await listen(elsewhere)]
    await Promise.all([one.until(() => true), other.until(() => true)])
    await here.post('/sign-out')
    await eventually(async () => one.isOver)
    assert.ok(other.isOpen && !other.isOver)
    const { db } = site.app
    await db.transaction(async tx => {
      await tx.delete(sessions).where(eq(sessions.userId, site.ids.susan))
      await follow(tx, site.ids.john, site.ids.susan)
    })
    await eventually(async () => other.isOver)
    assert.equal(other.state?.notifications, 0, 'nothing more is told to it')
    browsers.delete('susan')
    const david = await listenAs('david')
    await db.transaction(tx => closeAccount(tx, site.ids.david, new Date()))
    await eventually(async () => david.isOver)
    browsers.delete('david')
    await db.transaction(async tx => {
      tx.invalidates(`viewer:${site.ids.david}`)
      await tx.update(users).set({ closedAt: null }).where(eq(users.id, site.ids.david))
      await tx.delete(jobs)
    })
  })

  it('ends soon after its session has expired, even if nothing happens', async () => {
    const browser = await site.signedIn('david')
    const expiresAt = new Date(Date.now() + 2_000)
    await site.app.db.transaction(tx =>
      tx.update(sessions).set({ expiresAt }).where(eq(sessions.userId, site.ids.david)),
    )
    const david = await listen(browser)
    await david.until(() => true)
    await eventually(async () => david.isOver)
    browsers.delete('david')
  })

  it('is refused to a person who has too many', async () => {
    const mary = await as('mary')
    for (let count = 0; count < 20; count++) await (await listen(mary)).until(() => true)
    const answer = await mary.get('/live', { accept: 'text/event-stream' })
    assert.equal(answer.status, 429)
    open.shift()?.cut()
    await eventually(async () => (await listen(mary)).response?.statusCode === 200)
  })

  it('says after a lost connection what it says to a new page, and takes what older scripts send', async () => {
    await following('susan', 'john')
    const susan = await listenAs('susan')
    susan.cut()
    await site.app.db.transaction(tx => follow(tx, site.ids.john, site.ids.susan))
    const newest = await publish('john')
    const older = { 'last-event-id': '1a2b.c,d~e' }
    await susan.open(`/live?user=${site.ids.susan}&after=${'x'.repeat(12_000)}`, older)
    await susan.until(() => true)
    assert.deepEqual([susan.state?.notifications, susan.state?.newestPostAt], [1, newest])
    const other = await listenAs('susan')
    assert.deepEqual(other.states, susan.states)
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
  await susan.until(() => true)
  isAway = true
  await site.app.db.transaction(tx => follow(tx, site.ids.john, site.ids.susan))
  await eventually(async () => failures > 0)
  assert.equal(susan.states.length, 1)
  isAway = false
  await susan.until(({ notifications }) => notifications === 1)
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
