import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Environment } from '../config.ts'
import { jobs, knownDevices, passwordResets, sessions } from '../database/schema.ts'
import { eq } from '../database/sql.ts'
import { hashToken } from '../security/tokens.ts'
import { programOf } from '../testing/api.ts'
import { linksIn, type Mailbox, openMailbox } from '../testing/mailbox.ts'
import { openSite, password, type Site } from '../testing/site.ts'
import { resetLifetime } from './queries.ts'

const publicUrl = 'https://social.example.org'
const another = 'a lamp by the window'

describe('a forgotten password', () => {
  let site: Site
  let mailbox: Mailbox
  before(async () => {
    mailbox = await openMailbox()
    site = await openSite({ SMTP_URL: mailbox.url, PUBLIC_URL: publicUrl })
  })
  after(async () => {
    await site.close()
    await mailbox.close()
  })
  const ask = (email: string, headers: Record<string, string> = {}) =>
    site.visitor().post('/passwords', { email }, headers)
  /** Runs the job of the request, then the mail job that it enqueues. */
  const workJobs = async () => {
    await site.workJobs()
    await site.workJobs()
  }
  const linkFor = async (address: string, email = address): Promise<string> => {
    await ask(email)
    await workJobs()
    const newest = mailbox.received.findLast(({ to }) => to === address)
    return new URL(linksIn(String(newest?.text))[0] ?? '').pathname
  }
  const signIn = async (identifier: string, typed: string) =>
    (await site.visitor().post('/sign-in', { identifier, password: typed })).status

  it('are changed where a password manager looks', async () => {
    const answer = await site.visitor().get('/.well-known/change-password')
    assert.deepEqual([answer.status, answer.location], [303, '/settings/account/password'])
    const susan = await site.signedIn('susan')
    assert.ok((await susan.follow(answer)).page.querySelector('main form input[type=password]'))
    const sure = '/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200'
    assert.equal((await site.visitor().get(sure)).status, 404)
  })

  it('has a link on the sign-in page', async () => {
    const signIn = await site.visitor().get('/sign-in')
    const href = signIn.page.querySelector('main a[href="/passwords"]')?.getAttribute('href')
    const { status, page } = await site.visitor().get(String(href))
    assert.equal(status, 200)
    assert.equal(page.querySelector('input[type=email]')?.getAttribute('autocomplete'), 'email')
  })

  it('is reset by a link that works once, which signs out everywhere', async () => {
    const susan = await site.signedIn('susan')
    const link = await linkFor('susan@example.com', 'SUSAN@example.com')
    const visitor = site.visitor()
    assert.equal((await visitor.get(link)).status, 200)
    const answer = await visitor.post(link, { password: another })
    assert.equal(answer.location, '/sign-in')
    assert.equal((await susan.get('/posts/new')).status, 303)
    for (const table of [sessions, knownDevices, passwordResets]) {
      const left = await site.app.db.select().from(table).where(eq(table.userId, site.ids.susan))
      assert.deepEqual(left, [])
    }
    assert.equal(await signIn('susan', password), 422)
    assert.equal(await signIn('susan', another), 303)
    assert.equal((await visitor.post(link, { password: 'once more, please' })).status, 410)
    await workJobs()
    const told = mailbox.received.findLast(({ to }) => to === 'susan@example.com')
    assert.match(String(told?.subject), /was changed/)
    assert.ok(linksIn(String(told?.text))[0]?.startsWith(`${publicUrl}/recoveries/`))
  })

  it('has a link made from PUBLIC_URL only, in the person’s language', async () => {
    const mary = await site.signedIn('mary')
    await mary.post('/settings/language', { language: 'es' })
    await ask('mary@example.com', { host: 'evil.example', 'x-forwarded-host': 'evil.example' })
    await workJobs()
    const mail = await mailbox.next('mary@example.com')
    assert.ok(linksIn(mail.text)[0]?.startsWith(`${publicUrl}/passwords/`))
    assert.ok(!mail.source.includes('evil.example'))
    assert.match(mail.subject, /contraseña/)
  })

  it('does not reveal whether an address is known', async () => {
    const answerTo = async (email: string) => {
      site.statements.length = 0
      const { status, location, headers } = await ask(email)
      const statements = [...site.statements]
      return {
        status,
        location,
        statements,
        flash: String(headers['set-cookie']).replace(encodeURIComponent(email), ''),
      }
    }
    await ask('warm.up@example.com')
    assert.deepEqual(await answerTo('david@example.com'), await answerTo('nobody@example.com'))
    await workJobs()
    assert.ok(mailbox.received.some(({ to }) => to === 'david@example.com'))
    assert.ok(mailbox.received.every(({ to }) => to !== 'nobody@example.com'))
  })

  it('stores no address and no token', async () => {
    const token = (await linkFor('john@example.com')).split('/').at(-1) as string
    await ask('stranger@example.com')
    await workJobs()
    const kept = JSON.stringify([
      await site.app.db.select().from(jobs),
      await site.app.db.select().from(passwordResets),
    ])
    assert.ok(!kept.includes('stranger@example.com'))
    assert.ok(!kept.includes(token))
  })

  it('has earlier links that stay valid until one is used', async () => {
    const [first, second] = [await linkFor('john@example.com'), await linkFor('john@example.com')]
    assert.equal((await site.visitor().get(first)).status, 200)
    await site.visitor().post(second, { password })
    assert.equal((await site.visitor().get(first)).status, 410)
  })

  it('has a link that is valid for an hour', async () => {
    const link = await linkFor('john@example.com')
    const [stored] = await site.app.db.select().from(passwordResets)
    assert.equal(Number(stored?.expiresAt) - Number(stored?.createdAt), resetLifetime)
    await site.app.db.transaction(async tx => {
      await tx.update(passwordResets).set({ expiresAt: new Date(Date.now() - 1) })
    })
    const late = await site.visitor().get(link)
    assert.deepEqual(
      [late.status, late.page.querySelector('h1')?.textContent],
      [410, 'This link no longer works'],
    )
    assert.equal((await site.visitor().post(link, { password: another })).status, 410)
  })

  it('cannot be requested without an address, or from another site', async () => {
    for (const email of ['', 'nowhere', `${'a'.repeat(200)}@example.com`]) {
      const { status, page } = await ask(email)
      assert.equal(status, 422)
      assert.equal(page.querySelector('#email')?.getAttribute('aria-invalid'), 'true')
      assert.equal(page.querySelector('#email')?.getAttribute('value') ?? '', email)
    }
    assert.equal((await ask('susan@example.com', { 'sec-fetch-site': 'cross-site' })).status, 403)
  })

  it('has a rate limit for known and unknown addresses', async () => {
    const strict = await openSite({ SMTP_URL: mailbox.url, RATE_LIMITS: 'on', TRUST_PROXY: 'true' })
    const askFrom = (email: string, address: string) =>
      strict.visitor().post('/passwords', { email }, { 'x-forwarded-for': address })
    for (const email of ['susan@example.com', 'nobody@example.com']) {
      for (let n = 0; n < 5; n++)
        assert.equal((await askFrom(email, `10.0.${email.length}.${n}`)).status, 303)
      const limited = await askFrom(email.toUpperCase(), '10.9.9.9')
      assert.equal(limited.status, 429)
      assert.ok(Number(limited.headers['retry-after']) > 0)
      assert.equal(limited.page.querySelector('#email')?.getAttribute('value'), email.toUpperCase())
    }
    await strict.close()
  })

  it('can be asked for while a stranger who named the address asks to prove it', async () => {
    const strict = await openSite({ SMTP_URL: mailbox.url, RATE_LIMITS: 'on' })
    const stranger = strict.visitor()
    await stranger.post('/sign-up', { username: 'wilf', email: 'john@example.com', password })
    const statuses = []
    for (let n = 0; n < 6; n++)
      statuses.push((await stranger.post('/settings/account/email/confirmation')).status)
    assert.deepEqual(statuses, [303, 303, 303, 303, 303, 429])
    assert.equal((await strict.visitor().post('/passwords', { email: 'John@example.com' })).status, 303)
    await strict.close()
  })

  it('cannot be reset without a mail server, which the page says', async () => {
    const silent = await openSite({ CONTACT: 'owner@example.com' })
    const { status, page, text } = await silent.visitor().get('/passwords')
    assert.equal(status, 200)
    assert.equal(page.querySelector('main form'), null)
    assert.match(text, /can’t send email/)
    assert.ok(text.includes('mailto:owner@example.com'))
    assert.equal((await silent.visitor().post('/passwords', { email: 'susan@example.com' })).status, 403)
    await silent.close()
  })
})

describe('changing the password', () => {
  let site: Site
  let mailbox: Mailbox
  before(async () => {
    mailbox = await openMailbox()
    site = await openSite({ SMTP_URL: mailbox.url })
  })
  after(async () => {
    await site.close()
    await mailbox.close()
  })
  const form = '/settings/account/password'

  it('ends every other session, and notifies by mail', async () => {
    const [here, elsewhere] = [await site.signedIn('susan'), await site.signedIn('susan')]
    const answer = await here.post(form, { current_password: password, password: another })
    assert.equal(answer.location, '/settings/account')
    assert.match((await here.follow(answer)).text, /Password changed/)
    assert.equal((await elsewhere.get('/posts/new')).status, 303)
    const known = await site.app.db.select().from(knownDevices).where(eq(knownDevices.userId, site.ids.susan))
    assert.deepEqual(
      known.map(({ tokenHash }) => tokenHash),
      [hashToken(String(here.cookies.get('device')))],
      'this browser alone is known from now on',
    )
    const signIn = async (typed: string) =>
      (await site.visitor().post('/sign-in', { identifier: 'susan', password: typed })).status
    assert.equal(await signIn(password), 422)
    assert.equal(await signIn(another), 303)
    await site.workJobs()
    assert.match((await mailbox.next('susan@example.com')).subject, /was changed/)
  })

  it('ends the tokens, too, which is offered and ticked', async () => {
    const mary = await site.signedIn('mary')
    const values = { current_password: password, password }
    assert.equal((await mary.get(form)).page.querySelector('#end_tokens, [name=end_tokens]'), null)
    const [marys, johns] = [await programOf(site, 'mary'), await programOf(site, 'john')]
    const offered = (await mary.get(form)).page.querySelector('[name=end_tokens]')
    assert.ok(offered?.hasAttribute('checked'))
    const refused = await mary.post(form, { ...values, current_password: 'wrong' })
    assert.ok(!refused.page.querySelector('[name=end_tokens]')?.hasAttribute('checked'), 'stays unticked')
    assert.equal((await mary.post(form, values)).status, 303)
    assert.equal((await marys.get('/api/me')).status, 200)
    assert.equal((await mary.post(form, { ...values, end_tokens: 'on' })).status, 303)
    assert.equal((await marys.get('/api/me')).status, 401)
    assert.equal((await johns.get('/api/me')).status, 200)
  })

  for (const [name, values, field] of [
    ['a wrong password', { current_password: 'wrong', password: another }, 'current_password'],
    ['no password', { password: another }, 'current_password'],
    ['a short new one', { current_password: password, password: 'short' }, 'password'],
    ['a common new one', { current_password: password, password: 'password123' }, 'password'],
    ['its owner’s name', { current_password: password, password: 'john1234' }, 'password'],
    [
      'two new ones that differ',
      { current_password: password, password: another, password_again: 'other' },
      'password_again',
    ],
  ] as const) {
    it(`refuses ${name}`, async () => {
      const john = await site.signedIn('john')
      const { status, page, text } = await john.post(form, values)
      assert.equal(status, 422)
      assert.equal(page.querySelector(`#${field}`)?.getAttribute('aria-invalid'), 'true')
      assert.ok(!text.includes(another) && !text.includes(password))
      assert.equal(
        (await site.visitor().post('/sign-in', { identifier: 'john', password })).status,
        303,
        'nothing has changed',
      )
    })
  }

  it('is only for its owner, from this site', async () => {
    assert.equal((await site.visitor().get(form)).location, `/sign-in?next=${encodeURIComponent(form)}`)
    assert.equal(
      (await site.visitor().post(form, { current_password: password, password: another })).status,
      401,
    )
    const mary = await site.signedIn('mary')
    const values = { current_password: password, password: another }
    assert.equal((await mary.post(form, values, { 'sec-fetch-site': 'cross-site' })).status, 403)
  })
})

describe('a forgotten password without mail', () => {
  const signIn = async (environment: Environment) => {
    const lines: string[] = []
    const logger = { level: 'warn', stream: { write: (line: string) => void lines.push(line) } }
    const site = await openSite(environment, { logger })
    const { page } = await site.visitor().get('/sign-in')
    await site.close()
    return { sheet: page.querySelector('main form'), log: lines.join('') }
  }

  it('leads to nobody where nobody can help, and the start says so', async () => {
    const { sheet, log } = await signIn({})
    assert.doesNotMatch(String(sheet?.text), /forgot/i)
    assert.equal(sheet?.querySelector('a[href="/passwords"]'), null)
    assert.match(log, /SMTP_URL and CONTACT are empty/)
  })

  for (const [contact, href] of [
    ['anna@example.org', 'mailto:anna@example.org'],
    ['https://example.org/help', 'https://example.org/help'],
  ] as const) {
    it(`names who helps: ${contact}`, async () => {
      const { sheet, log } = await signIn({ CONTACT: contact })
      assert.match(String(sheet?.text), /Forgot your password\? Ask/)
      assert.equal(sheet?.querySelector('.alternative a')?.getAttribute('href'), href)
      assert.equal(log, '')
    })
  }

  it('is a link where mail works', async () => {
    const { sheet, log } = await signIn({ SMTP_URL: 'smtp://127.0.0.1:9' })
    assert.ok(sheet?.querySelector('a[href="/passwords"]'))
    assert.equal(log, '')
  })
})
