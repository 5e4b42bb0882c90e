import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { buildApp } from '../app.ts'
import { knownDevices, rateLimits, users } from '../database/schema.ts'
import { eq } from '../database/sql.ts'
import { createPasswordReset } from '../passwords/queries.ts'
import { hashToken, newToken } from '../security/tokens.ts'
import { Browser } from '../testing/browser.ts'
import { openSite, password, type Site } from '../testing/site.ts'

const form = { 'content-type': 'application/x-www-form-urlencoded' }

describe('attempts to sign in', () => {
  let site: Site
  before(async () => {
    site = await openSite({ RATE_LIMITS: 'on' })
  })
  after(() => site.close())

  /** Signs in with a wrong password, from a new or a given address. */
  let addresses = 0
  const attempt = (identifier: string, options: { from?: string; browser?: Browser; word?: string } = {}) => {
    const from = options.from ?? `198.51.100.${++addresses % 250}`
    const payload = String(
      new URLSearchParams({ identifier, password: options.word ?? 'wrong', next: '/posts/new' }),
    )
    const browser = options.browser ?? site.visitor()
    return browser.ask({ method: 'POST', url: '/sign-in', payload, headers: form, remoteAddress: from })
  }
  const statuses = async (count: number, ask: () => ReturnType<typeof attempt>) =>
    (await Promise.all(Array.from({ length: count }, ask))).map(({ status }) => status)
  const count = (found: number[], status: number) => found.filter(one => one === status).length

  it('are limited to ten an account from all addresses, with a page that says when to retry', async () => {
    assert.equal(count(await statuses(14, () => attempt('susan')), 422), 10)
    const refused = await attempt(' @SUSAN')
    assert.equal(refused.status, 429)
    const seconds = Number(refused.headers['retry-after'])
    assert.ok(seconds > 30 && seconds <= 60, String(seconds))
    assert.match(
      refused.page.querySelector('[role=alert]')?.text ?? '',
      /Too many attempts.*Try again in \d+ seconds/s,
    )
    assert.equal(refused.page.querySelector('#identifier')?.getAttribute('value'), ' @SUSAN')
    assert.equal(refused.page.querySelector('input[name=next]')?.getAttribute('value'), '/posts/new')
    assert.equal((await attempt('susan', { word: password })).status, 429, 'nor with the right password')
  })

  it('are counted the same for an unknown name', async () => {
    const [known, unknown] = [
      await statuses(12, () => attempt('mary')),
      await statuses(12, () => attempt('nobody')),
    ]
    assert.deepEqual(known.toSorted(), unknown.toSorted())
    assert.equal(count(unknown, 429), 2)
    const mainOf = async (name: string) =>
      String((await attempt(name)).page.querySelector('main'))
        .replace(name, 'somebody')
        .replace(/\d+ seconds/, '')
    assert.equal(await mainOf('mary'), await mainOf('nobody'))
  })

  it('do not reveal whether a name and an e-mail address are one account', async () => {
    assert.equal((await attempt('mary@example.com')).status, 422)
  })

  it('answer JSON clients with problem details', async () => {
    const answer = await site
      .visitor()
      .post('/sign-in', { identifier: 'susan', password: 'wrong' }, { accept: 'application/json' })
    assert.equal(answer.status, 429)
    assert.match(String(answer.headers['content-type']), /problem\+json/)
    assert.ok(Number(answer.headers['retry-after']) > 0)
    assert.match(JSON.stringify(answer.json()['errors']), /Try again/)
  })

  it('are limited by network before the account is read', async () => {
    let n = 0
    const found = await statuses(60, () => attempt(`guess${++n}`, { from: '203.0.113.5' }))
    assert.equal(count(found, 422), 50)
    assert.equal((await attempt('other', { from: '203.0.113.6' })).status, 422)
  })

  it('are not counted when they succeed', async () => {
    for (let n = 0; n < 12; n++) {
      assert.equal((await attempt('david', { word: password, from: '203.0.113.77' })).status, 303)
    }
  })

  it('store no name and no address of an account', async () => {
    await attempt('nobody@example.com')
    const keys = (await site.app.db.select().from(rateLimits)).map(({ key }) => key).join('\n')
    assert.match(keys, /^sign-in:/m)
    assert.doesNotMatch(keys, /nobody|example|susan/)
  })
})

describe('a known device', () => {
  let site: Site
  before(async () => {
    site = await openSite({ RATE_LIMITS: 'on' })
  })
  after(() => site.close())
  const hammer = async (identifier: string, browser = () => site.visitor()) => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => browser().post('/sign-in', { identifier, password: 'wrong' })),
    )
    assert.ok(answers.some(({ status }) => status === 429))
  }
  const signIn = (browser: Browser, identifier: string) => browser.post('/sign-in', { identifier, password })

  it('is not locked out by failed attempts from elsewhere, even in the same network', async () => {
    const susan = await site.signedIn('susan')
    await susan.post('/sign-out')
    await hammer('susan')
    assert.equal((await signIn(site.visitor(), 'susan')).status, 429, 'a browser that nobody knows')
    assert.equal((await signIn(susan, 'susan')).status, 303)
    assert.equal((await signIn(susan, 'susan@example.com')).status, 303)
  })

  it('has its own limit', async () => {
    const mary = await site.signedIn('mary')
    const token = mary.cookies.get('device') as string
    await hammer('mary', () => mary)
    assert.equal((await signIn(mary, 'mary')).status, 429)
    mary.cookies.set(
      'device',
      token.replace(/^./, first => (first === 'a' ? 'b' : 'a')),
    )
    assert.equal((await signIn(mary, 'mary')).status, 303, 'the account’s allowance was not touched')
  })

  it('is known only for the people who signed in with it', async () => {
    const shared = await site.signedIn('john')
    const token = shared.cookies.get('device')
    await signIn(shared, 'david')
    assert.equal(shared.cookies.get('device'), token)
    const rows = await site.app.db.select().from(knownDevices)
    const owners = (id: number) => rows.filter(({ userId }) => userId === id)
    assert.equal(owners(site.ids.john).length, 1)
    assert.equal(owners(site.ids.john)[0]?.tokenHash, owners(site.ids.david)[0]?.tokenHash)
    assert.ok(!JSON.stringify(rows).includes(String(token)), 'only its digest is stored')
    await hammer('john')
    const davids = await site.signedIn('david')
    assert.equal((await signIn(davids, 'john')).status, 429)
    assert.equal((await signIn(shared, 'john')).status, 303)
  })

  it('gets its HttpOnly cookie at sign-up, too, for a year', async () => {
    const form = { username: 'newcomer', email: 'newcomer@example.com', password }
    const { headers } = await site.visitor().post('/sign-up', form)
    const cookie = [headers['set-cookie']].flat().find(one => String(one).startsWith('device='))
    assert.match(String(cookie), /^device=[\w-]{43}; Max-Age=31536000; Path=\/; HttpOnly; SameSite=Lax$/)
  })

  it('is unknown again after the password was reset by a link', async () => {
    const newcomer = site.visitor()
    await signIn(newcomer, 'newcomer')
    await hammer('newcomer')
    assert.equal((await signIn(newcomer, 'newcomer')).status, 303)
    const link = newToken()
    const [owner] = await site.app.db.select().from(users).where(eq(users.usernameKey, 'newcomer'))
    const reset = { tokenHash: hashToken(link), userId: Number(owner?.id) }
    await site.app.db.transaction(tx => createPasswordReset(tx, reset, new Date()))
    assert.equal((await site.visitor().post(`/passwords/${link}`, { password })).status, 303)
    assert.equal((await signIn(newcomer, 'newcomer')).status, 429)
  })

  it('is not known by a made-up cookie', async () => {
    for (const device of ['', 'x', '../..', 'a'.repeat(43), 'a'.repeat(5_000), '%00']) {
      const visitor = site.visitor()
      visitor.cookies.set('device', device)
      const { status } = await signIn(visitor, 'john')
      assert.equal(status, 429, device.slice(0, 10))
    }
  })
})

describe('the client’s address', () => {
  /** How many of eight requests for a password link are over the limit of five that one network has. */
  const limitedOf = async (environment: Record<string, string>, forwarded: (n: number) => string) => {
    const site = await openSite({ RATE_LIMITS: 'on', SMTP_URL: 'smtp://127.0.0.1:1', ...environment })
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) => {
        const headers = { 'x-forwarded-for': forwarded(n) }
        return site.visitor().post('/passwords', { email: `guess${n}@example.com` }, headers)
      }),
    )
    await site.close()
    return answers.filter(({ status }) => status === 429).length
  }

  it('is that of the connection unless a proxy is trusted', async () => {
    assert.equal(await limitedOf({}, n => `198.51.100.${n}`), 3)
  })

  it('comes from a trusted proxy', async () => {
    assert.equal(await limitedOf({ TRUST_PROXY: 'loopback' }, n => `198.51.100.${n}`), 0)
    assert.equal(await limitedOf({ TRUST_PROXY: 'loopback' }, n => `2001:db8:1:2::${n}`), 3, 'one /64')
    assert.equal(await limitedOf({ TRUST_PROXY: '10.0.0.0/8' }, n => `198.51.100.${n}`), 3, 'another proxy')
  })

  it('is not one that the client itself added', async () => {
    assert.equal(await limitedOf({ TRUST_PROXY: '1' }, n => `198.51.100.${n}, 203.0.113.9`), 3)
    assert.equal(await limitedOf({ TRUST_PROXY: '1' }, n => `spoofed, 198.51.100.${n}`), 0)
  })
})

describe('limits in several processes', () => {
  it('are shared', async () => {
    const site = await openSite({ RATE_LIMITS: 'on' })
    const other = await buildApp(site.config, { logger: false })
    await other.ready()
    const browsers = [() => site.visitor(), () => new Browser(other)]
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        (browsers[n % 2] as () => Browser)().post('/sign-in', { identifier: 'susan', password: 'wrong' }),
      ),
    )
    await other.close()
    await site.close()
    assert.equal(answers.filter(({ status }) => status === 422).length, 10)
  })
})
