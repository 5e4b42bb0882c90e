import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { sessions, users } from '../database/schema.ts'
import { eq } from '../database/sql.ts'
import { returnPath } from '../http/return-path.ts'
import { eventually } from '../testing/eventually.ts'
import { openSite, password, type Site } from '../testing/site.ts'
import { deviceOf } from './device.ts'

const day = 24 * 3_600_000

describe('signing in', () => {
  let site: Site
  before(async () => {
    site = await openSite()
  })
  after(() => site.close())
  const sessionsOf = (userId: number) =>
    site.app.db.select().from(sessions).where(eq(sessions.userId, userId))

  for (const identifier of ['susan', 'SUSAN', '@susan', 'susan@example.com', ' Susan@Example.com ']) {
    it(`accepts "${identifier}"`, async () => {
      const browser = site.visitor()
      const answer = await browser.post('/sign-in', { identifier, password })
      assert.equal(answer.status, 303)
      assert.equal(answer.location, '/')
      assert.ok((await browser.get('/')).page.querySelector('form[action="/posts"]'), 'home has the composer')
    })
  }

  it('answers a wrong password like an unknown name, and keeps the name and the return path', async () => {
    for (const identifier of ['susan', 'nobody']) {
      const answer = await site
        .visitor()
        .post('/sign-in', { identifier, password: 'wrong', next: '/posts/new' })
      assert.equal(answer.status, 422)
      assert.equal(answer.page.querySelector('#identifier')?.getAttribute('value'), identifier)
      assert.equal(answer.page.querySelector('input[name=next]')?.getAttribute('value'), '/posts/new')
      assert.ok(answer.page.querySelector('[role=alert]'))
    }
  })

  it('asks for both fields', async () => {
    const answer = await site.visitor().post('/sign-in', {})
    assert.equal(answer.status, 422)
    assert.equal(answer.page.querySelectorAll('[aria-invalid=true]').length, 2)
  })

  it('does the same work whether or not the account exists', async () => {
    const work = async (identifier: string) => {
      const before = process.cpuUsage()
      for (let n = 0; n < 5; n++) await site.visitor().post('/sign-in', { identifier, password: 'wrong' })
      return process.cpuUsage(before).user
    }
    const [known, unknown] = [await work('susan'), await work('nobody')]
    assert.ok(unknown > known / 2, `microseconds for an unknown name: ${unknown}, for a known one: ${known}`)
  })

  it('creates a new token each time, ends the previous session and stores only digests', async () => {
    const browser = await site.signedIn('john')
    const first = browser.cookies.get('session') as string
    await browser.post('/sign-in', { identifier: 'john', password })
    const second = browser.cookies.get('session') as string
    assert.notEqual(first, second)
    const stored = await sessionsOf(site.ids.john)
    assert.equal(stored.length, 1)
    assert.ok(!JSON.stringify(stored).includes(second))
  })

  it('sets a cookie for the browser session, or for 30 days', async () => {
    const cookieOf = async (form: Record<string, string>) =>
      String(
        (await site.visitor().post('/sign-in', { identifier: 'mary', password, ...form })).headers[
          'set-cookie'
        ],
      )
    assert.match(await cookieOf({}), /^session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax,/)
    assert.match(await cookieOf({ keep: 'on' }), /Max-Age=2592000;/)
  })

  it('expires a session that was not used for a day', async () => {
    const browser = await site.signedIn('david')
    const [session] = await sessionsOf(site.ids.david)
    const lifetime = Number(session?.expiresAt) - Number(session?.createdAt)
    assert.equal(lifetime, day)
    await site.app.db.transaction(async tx => {
      await tx
        .update(sessions)
        .set({ expiresAt: new Date(Date.now() - 1) })
        .where(eq(sessions.userId, site.ids.david))
    })
    assert.equal((await browser.get('/posts/new')).status, 303)
  })

  it('ends after 90 days, however it was used', async () => {
    const { db } = site.app
    const set = (userId: number, values: Partial<typeof sessions.$inferInsert>) =>
      db.transaction(async tx => {
        tx.invalidates(`viewer:${userId}`)
        await tx.update(sessions).set(values).where(eq(sessions.userId, userId))
      })
    const ago = (days: number) => new Date(Date.now() - days * day)
    const browser = await site.signedIn('david')
    const isIn = async () => (await browser.get('/posts/new')).status === 200
    // As older code stored it: every use added thirty days.
    const expiresAt = new Date(Date.now() + 29 * day)
    await set(site.ids.david, { persistent: true, createdAt: ago(89.9), lastUsedAt: ago(1), expiresAt })
    assert.ok(await isIn())
    await eventually(async () => {
      const [session] = await sessionsOf(site.ids.david)
      return Math.abs(Number(session?.expiresAt) - Date.now() - day / 10) < 60_000
    })
    await set(site.ids.david, { createdAt: ago(90.1), expiresAt })
    assert.ok(!(await isIn()))
  })

  it('extends a used session and records when its person was last seen', async () => {
    const browser = await site.signedIn('mary')
    const past = new Date(Date.now() - 3_600_000)
    await site.app.db.transaction(async tx => {
      await tx
        .update(sessions)
        .set({ lastUsedAt: past, persistent: true })
        .where(eq(sessions.userId, site.ids.mary))
      await tx.update(users).set({ lastSeenAt: past }).where(eq(users.id, site.ids.mary))
    })
    assert.match(String((await browser.get('/')).headers['set-cookie']), /session=.*Max-Age=2592000/)
    const isKept = ({ expiresAt }: { expiresAt: Date }) => Number(expiresAt) > Date.now() + 29 * day
    await eventually(async () =>
      (await sessionsOf(site.ids.mary)).some(session => isKept(session) && session.lastUsedAt > past),
    )
    const [mary] = await site.app.db.select().from(users).where(eq(users.id, site.ids.mary))
    assert.ok(Number(mary?.lastSeenAt) > Number(past))
  })

  it('signs out by a POST, and twice is harmless', async () => {
    const browser = await site.signedIn('susan')
    const token = browser.cookies.get('session') as string
    assert.equal((await browser.get('/sign-out')).status, 404)
    assert.equal((await browser.post('/sign-out')).location, '/')
    assert.equal((await browser.post('/sign-out')).status, 303)
    browser.cookies.set('session', token)
    assert.equal((await browser.get('/posts/new')).status, 303, 'the token is dead, not only forgotten')
  })

  it('empties the browser’s cache when its session ends, and only then', async () => {
    const header = 'clear-site-data'
    for (const path of ['/sign-out', '/settings/sessions/:id/delete', '/settings/account/delete']) {
      const browser = await site.signedIn('mary')
      const [session] = await sessionsOf(site.ids.mary)
      const url = path.replace(':id', String(session?.id))
      const page = await browser.get('/settings/sessions')
      const ended = await browser.post(url, { current_password: password })
      assert.deepEqual([page.headers[header], ended.headers[header]], [undefined, '"cache"'], path)
      const home = await browser.follow(ended)
      assert.equal(home.headers[header], undefined)
      const image = home.page.querySelector('noscript')?.innerHTML
      assert.match(String(image), /src="\/signed-out"/)
      assert.doesNotMatch((await browser.get('/')).text, /signed-out/)
      await site.app.db.transaction(tx => tx.delete(sessions).where(eq(sessions.userId, site.ids.mary)))
    }
    assert.equal((await site.visitor().get('/signed-out')).headers[header], '"cache"')
  })

  it('uses a Secure __Host- cookie under https', async () => {
    const secure = await openSite({ PUBLIC_URL: 'https://social.example.org' })
    try {
      const answer = await secure.visitor().post('/sign-in', { identifier: 'susan', password })
      assert.match(
        String(answer.headers['set-cookie']),
        /^__Host-session=.*Path=\/; HttpOnly; Secure; SameSite=Lax/,
      )
      assert.match(String(answer.headers['strict-transport-security']), /max-age=31536000/)
    } finally {
      await secure.close()
    }
  })
})

describe('the return path after signing in', () => {
  for (const path of ['/', '/posts/new?body=tea', '/@susan/followers?before=1-2', '/tags/caf%C3%A9']) {
    it(`is ${path}`, () => assert.equal(returnPath(path), path))
  }
  const elsewhere = [
    '//evil',
    '/\\evil',
    '\\\\evil',
    'https:evil',
    'https://evil',
    'evil',
    '',
    '/\t/evil',
    '/\n//evil',
    '/..//evil',
    'javascript:alert(1)',
    '/%5c/../..//evil',
  ]
  for (const path of elsewhere) {
    it(`is home instead of ${JSON.stringify(path)}`, () => {
      const back = new URL(returnPath(path), 'https://here.example')
      assert.equal(back.origin, 'https://here.example')
      assert.ok(!returnPath(path).startsWith('//'))
    })
  }
})

describe('the label of a device', () => {
  it('names browser and system', () => {
    assert.equal(
      deviceOf('Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'),
      'Firefox · Linux',
    )
    assert.equal(
      deviceOf('Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Safari/604.1'),
      'Safari · iPhone',
    )
    assert.equal(deviceOf('curl/8'), '')
  })
})
