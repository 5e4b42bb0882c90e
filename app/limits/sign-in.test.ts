import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { buildApp } from '../app.ts'
import { knownDevices, rateLimits, signInLinks, users } from '../database/schema.ts'
import { eq } from '../database/sql.ts'
import { createPasswordReset } from '../passwords/queries.ts'
import { hashToken, newToken } from '../security/tokens.ts'
import { Browser } from '../testing/browser.ts'
import { linksIn, type Mailbox, openMailbox } from '../testing/mailbox.ts'
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

  it('by name and by address share one count', async () => {
    for (let n = 0; n < 5; n++)
      for (const identifier of ['David', 'david@EXAMPLE.com'])
        assert.equal((await attempt(identifier)).status, 422)
    for (const identifier of ['@david', 'david@example.com'])
      assert.equal((await attempt(identifier)).status, 429)
    assert.equal((await attempt('other@example.com')).status, 422)
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

  it('are counted when they succeed, too, by account and by network', async () => {
    const right = { word: password, from: '203.0.113.77' }
    const found = await statuses(12, () => attempt('john', right))
    assert.deepEqual([count(found, 303), count(found, 429)], [10, 2])
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

describe('a sign-in link', () => {
  let site: Site
  let mailbox: Mailbox
  before(async () => {
    mailbox = await openMailbox()
    site = await openSite({ RATE_LIMITS: 'on', SMTP_URL: mailbox.url })
  })
  after(async () => {
    await site.close()
    await mailbox.close()
  })
  const workJobs = async () => {
    await site.workJobs()
    await site.workJobs()
  }
  const ask = (identifier: string, remoteAddress = '127.0.0.1') =>
    site.visitor().ask({
      method: 'POST',
      url: '/sign-in/link',
      headers: form,
      remoteAddress,
      payload: String(new URLSearchParams({ identifier })),
    })
  const linkFor = async (identifier: string, address: string) => {
    await ask(identifier)
    await workJobs()
    const newest = mailbox.received.findLast(({ to }) => to === address)
    return new URL(linksIn(String(newest?.text))[0] ?? '').pathname
  }

  it('lets an owner under attack in from a new browser, once', async () => {
    const wrong = { identifier: 'susan', password: 'wrong' }
    for (let n = 0; n < 10; n++) await site.visitor().post('/sign-in', wrong)
    const newcomer = site.visitor()
    const refused = await newcomer.post('/sign-in', { identifier: 'susan', password })
    assert.equal(refused.status, 429)
    assert.ok(refused.page.querySelector('main a[href="/sign-in/link"]'))
    assert.equal((await newcomer.get('/sign-in/link')).status, 200)
    const link = await linkFor('@Susan', 'susan@example.com')
    for (let n = 0; n < 2; n++) assert.match((await newcomer.get(link)).text, /@susan/)
    assert.equal((await newcomer.post(link)).location, '/')
    assert.equal((await newcomer.get('/settings')).status, 200)
    const form = { name: 'x', scope: 'read', expiry: '30' }
    assert.equal((await newcomer.post('/settings/apps', form)).status, 422, 'no password was typed')
    await newcomer.post('/sign-out')
    assert.equal(
      (await newcomer.post('/sign-in', { identifier: 'susan', password })).status,
      303,
      'known now',
    )
    for (const answer of [await site.visitor().get(link), await site.visitor().post(link)])
      assert.equal(answer.status, 410)
  })

  it('is for 15 minutes, and goes with a changed password; only its digest is stored', async () => {
    const link = await linkFor('mary', 'mary@example.com')
    const [row] = await site.app.db.select().from(signInLinks)
    assert.equal(Number(row?.expiresAt) - Number(row?.createdAt), 15 * 60_000)
    assert.equal(row?.tokenHash, hashToken(String(link.split('/').at(-1))))
    const mary = await site.signedIn('mary')
    const change = { current_password: password, password: 'a lamp by the window' }
    assert.equal((await mary.post('/settings/account/password', change)).status, 303)
    assert.equal((await site.visitor().post(link)).status, 410)
    const moved = await linkFor('mary', 'mary@example.com')
    await mary.post('/settings/account/email', {
      email: 'mary@example.org',
      current_password: change.password,
    })
    await site.workJobs()
    const proof = mailbox.received.findLast(({ to }) => to === 'mary@example.org')
    assert.equal((await mary.post(new URL(linksIn(String(proof?.text))[0] ?? '').pathname)).status, 303)
    assert.equal((await site.visitor().post(moved)).status, 410, 'nor is it for the address before')
    const late = await linkFor('mary', 'mary@example.org')
    await site.app.db.transaction(tx => tx.update(signInLinks).set({ expiresAt: new Date(Date.now() - 1) }))
    assert.equal((await site.visitor().post(late)).status, 410)
  })

  it('is asked for without telling whether there is an account, and limited', async () => {
    const answerTo = async (identifier: string, from: string) => {
      site.statements.length = 0
      const { status, location, headers } = await ask(identifier, from)
      return { status, location, flash: headers['set-cookie'], statements: [...site.statements] }
    }
    await answerTo('warm', '198.51.100.8')
    assert.deepEqual(await answerTo('david', '198.51.100.9'), await answerTo('nobody', '198.51.100.10'))
    const asked = await Promise.all(Array.from({ length: 6 }, (_, n) => ask('john', `198.51.100.${20 + n}`)))
    assert.deepEqual(asked.map(({ status }) => status).toSorted(), [303, 303, 303, 303, 303, 429])
    const written = ['@ wilf', '@@wilf', ' @  Wilf', '＠@ｗilf', '﹫ wilf', '\u00a0@\u3000wilf']
    const others = []
    for (const [n, identifier] of written.entries())
      others.push(await ask(identifier, `198.51.100.${30 + n}`))
    assert.deepEqual(
      others.map(({ status }) => status),
      [303, 303, 303, 303, 303, 429],
      'one name',
    )
    assert.equal((await ask('')).status, 422)
    for (const token of ['x', '%00'])
      assert.equal((await site.visitor().post(`/sign-in/${token}`)).status, 404)
    assert.equal((await site.visitor().post(`/sign-in/${'a'.repeat(43)}`)).status, 410)
  })

  it('is written in the language of its account, not of the browser that asks', async () => {
    const isDavids = eq(users.id, site.ids.david)
    await site.app.db.transaction(tx => tx.update(users).set({ language: 'es' }).where(isDavids))
    await ask('david', '198.51.100.50')
    await workJobs()
    const mail = mailbox.received.findLast(({ to }) => to === 'david@example.com')
    assert.match(String(mail?.subject), /sesión/)
  })

  it('is not offered where there is no mail', async () => {
    const silent = await openSite({ RATE_LIMITS: 'on' })
    for (let n = 0; n < 10; n++) await silent.visitor().post('/sign-in', { identifier: 'x', password: 'x' })
    const refused = await silent.visitor().post('/sign-in', { identifier: 'x', password: 'x' })
    assert.equal(refused.page.querySelector('a[href="/sign-in/link"]'), null)
    for (const answer of [
      await silent.visitor().get('/sign-in/link'),
      await silent.visitor().post('/sign-in/link', { identifier: 'x' }),
    ])
      assert.equal(answer.status, 403)
    await silent.close()
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
