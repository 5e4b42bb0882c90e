import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { emailConfirmations, users } from '../database/schema.ts'
import { eq } from '../database/sql.ts'
import type { Browser } from '../testing/browser.ts'
import { linksIn, type Mailbox, openMailbox } from '../testing/mailbox.ts'
import { openSite, password, type Site } from '../testing/site.ts'

const form = '/settings/account/email'
const publicUrl = 'https://social.example.org'

describe('an e-mail address', () => {
  let site: Site
  let mailbox: Mailbox
  before(async () => {
    mailbox = await openMailbox()
    site = await openSite({ SMTP_URL: mailbox.url, PUBLIC_URL: publicUrl, SITE_NAME: 'Harbour' })
  })
  after(async () => {
    await site.close()
    await mailbox.close()
  })
  const account = async (id: number) => (await site.app.db.select().from(users).where(eq(users.id, id)))[0]
  const signUp = async (username: string, language = 'en'): Promise<Browser> => {
    const browser = site.visitor()
    const form = { username, email: `${username}@example.org`, password: 'a quiet harbour' }
    await browser.post('/sign-up', form, { 'accept-language': language })
    return browser
  }
  const linkAfterSignUp = async (username: string) => {
    await signUp(username)
    return linkFor(`${username}@example.org`)
  }
  const linkFor = async (address: string): Promise<string> => {
    await site.workJobs()
    const [link = ''] = linksIn((await mailbox.next(address)).text)
    assert.ok(link.startsWith(`${publicUrl}/confirmations/`), link)
    return new URL(link).pathname
  }
  const state = async (browser: Browser) => (await browser.get('/settings/account')).text

  it('is confirmed by a link and a button, signed in or not, once', async () => {
    const browser = await signUp('nora')
    assert.match(await state(browser), /Not confirmed yet/)
    await site.workJobs()
    const mail = await mailbox.next('nora@example.org')
    assert.equal(mail.subject, 'Confirm your email address on Harbour')
    const [link = ''] = linksIn(mail.text)
    assert.ok(mail.html.includes(link))
    const path = new URL(link).pathname
    const visitor = site.visitor()
    // Mail scanners open the link any number of times.
    for (let n = 0; n < 2; n++) assert.equal((await visitor.get(path)).status, 200)
    assert.match(await state(browser), /Not confirmed yet/)
    const answer = await visitor.post(path)
    assert.equal(answer.location, '/sign-in')
    assert.match((await visitor.follow(answer)).text, /Your email address is confirmed/)
    assert.doesNotMatch(await state(browser), /Not confirmed yet/)
    assert.equal((await visitor.get(path)).status, 410)
    assert.equal((await visitor.post(path)).status, 410)
    const stored = await site.app.db.select().from(emailConfirmations)
    assert.deepEqual(stored, [])
  })

  it('is confirmed by a mail in the language of the sign-up, sent again on request', async () => {
    const browser = await signUp('ines', 'es')
    await site.workJobs()
    assert.match((await mailbox.next('ines@example.org')).subject, /Confirma tu dirección/)
    const answer = await browser.post(`${form}/confirmation`)
    assert.equal(answer.location, '/settings/account')
    const link = await linkFor('ines@example.org')
    assert.equal((await browser.post(link)).location, '/settings/account')
    await browser.post(`${form}/confirmation`)
    await site.workJobs()
    const more = mailbox.received.filter(({ to }) => to === 'ines@example.org')
    assert.equal(more.length, 2, 'nothing is sent for an address that is proven')
  })

  it('has only the digest of the link’s token in the database', async () => {
    await signUp('dora')
    const token = (await linkFor('dora@example.org')).split('/').at(-1) as string
    const stored = JSON.stringify(await site.app.db.select().from(emailConfirmations))
    assert.ok(stored.includes('dora@example.org'))
    assert.ok(!stored.includes(token))
  })

  it('changes when the new one is confirmed, after a warning to the old one', async () => {
    const susan = await site.signedIn('susan')
    const answer = await susan.post(form, { email: 'Sue@example.net', current_password: password })
    assert.equal(answer.location, '/settings/account')
    assert.match((await susan.follow(answer)).text, /Sue@example\.net/)
    const link = await linkFor('Sue@example.net')
    const told = await mailbox.next('susan@example.com')
    assert.match(told.text, /Sue@example\.net/)
    assert.match(told.text, /change your password/)
    assert.equal((await account(site.ids.susan))?.email, 'susan@example.com')
    assert.match((await site.visitor().get(link)).text, /Sue@example\.net/)
    await site.visitor().post(link)
    const changed = await account(site.ids.susan)
    assert.deepEqual([changed?.email, changed?.emailKey], ['Sue@example.net', 'sue@example.net'])
    assert.ok(changed?.emailConfirmedAt)
    const signIn = (identifier: string) => site.visitor().post('/sign-in', { identifier, password })
    assert.equal((await signIn('sue@example.net')).status, 303)
    assert.equal((await signIn('susan@example.com')).status, 422)
  })

  it('of another account is not revealed: same response, same statements, no mail', async () => {
    const john = await site.signedIn('john')
    const ask = async (email: string) => {
      // His cached session is invalidated, whatever else is written on a PostgreSQL server meanwhile.
      await john.post('/settings/theme', { theme: 'dark' })
      site.statements.length = 0
      const { status, location } = await john.post(form, { email, current_password: password })
      return { status, location, statements: [...site.statements] }
    }
    await ask('warm.up@example.net')
    assert.deepEqual(await ask('DAVID@example.com'), await ask('nobody@example.net'))
    await site.workJobs()
    assert.ok(mailbox.received.every(({ to }) => to.toLowerCase() !== 'david@example.com'))
    assert.ok(mailbox.received.some(({ to }) => to === 'nobody@example.net'))
  })

  it('stays with the account that took it before the link was used', async () => {
    const mary = await site.signedIn('mary')
    await mary.post(form, { email: 'late@example.org', current_password: password })
    const link = await linkFor('late@example.org')
    await site.visitor().post(await linkAfterSignUp('late'))
    const answer = await mary.post(link)
    assert.equal(answer.status, 422)
    assert.match(answer.text, /already an account/)
    assert.equal((await account(site.ids.mary))?.email, 'mary@example.com')
  })

  it('does not change after the password was changed', async () => {
    const mary = await site.signedIn('mary')
    await mary.post(form, { email: 'maria@example.net', current_password: password })
    const link = await linkFor('maria@example.net')
    const after = 'a lamp by the window'
    await mary.post('/settings/account/password', { current_password: password, password: after })
    assert.equal((await site.visitor().post(link)).status, 410)
    await mary.post(form, { email: 'late.maria@example.net', current_password: after })
    // As if the mail server was down and the mail is still waiting.
    await mary.post('/settings/account/password', { current_password: after, password })
    await site.workJobs()
    assert.ok(mailbox.received.every(({ to }) => to !== 'late.maria@example.net'))
  })

  it('is refused if invalid, and shown again', async () => {
    const david = await site.signedIn('david')
    for (const [values, field] of [
      [{ email: 'nowhere', current_password: password }, 'email'],
      [{ email: 'david@example.com', current_password: password }, 'email'],
      [{ email: `${'a'.repeat(109)}@example.com`, current_password: password }, 'email'],
      [{ email: 'dave@example.net', current_password: 'wrong' }, 'current_password'],
      [{ email: 'dave@example.net' }, 'current_password'],
    ] as const) {
      const { status, page, text } = await david.post(form, values)
      assert.equal(status, 422)
      assert.equal(page.querySelector(`#${field}`)?.getAttribute('aria-invalid'), 'true')
      assert.equal(page.querySelector('#email')?.getAttribute('value'), values.email)
      assert.ok(!text.includes(password))
    }
    assert.equal((await site.visitor().get(form)).status, 303)
    assert.equal((await site.visitor().post(form, {})).status, 401)
    assert.equal((await site.visitor().post(`${form}/confirmation`)).status, 401)
    const elsewhere = { 'sec-fetch-site': 'cross-site' }
    assert.equal((await david.post(`${form}/confirmation`, {}, elsewhere)).status, 403)
  })

  for (const [token, status] of [
    ['x', 404],
    ['a'.repeat(43), 410],
    ['%00', 404],
    ['..%2f..%2f', 404],
  ] as const) {
    it(`rejects the link ${token.slice(0, 9)}`, async () => {
      assert.equal((await site.visitor().get(`/confirmations/${token}`)).status, status)
      assert.equal((await site.visitor().post(`/confirmations/${token}`)).status, status)
    })
  }

  it('has a rate limit', async () => {
    const strict = await openSite({ SMTP_URL: mailbox.url, RATE_LIMITS: 'on' })
    const susan = await strict.signedIn('susan')
    const ask = () => susan.post(form, { email: 'other@example.net', current_password: password })
    for (let n = 0; n < 5; n++) assert.equal((await ask()).status, 303)
    const limited = await ask()
    assert.equal(limited.status, 429)
    assert.equal(limited.page.querySelector('#email')?.getAttribute('value'), 'other@example.net')
    assert.equal((await susan.post(`${form}/confirmation`)).status, 429)
    await strict.close()
  })
})

describe('an e-mail address without a mail server', () => {
  it('is neither confirmed nor changed, and the page says why', async () => {
    const site = await openSite()
    const susan = await site.signedIn('susan')
    const page = await susan.get('/settings/account')
    assert.match(page.text, /can’t send email/)
    assert.doesNotMatch(page.text, /Not confirmed yet|Send again/)
    assert.equal(page.page.querySelector(`a[href="${form}"]`), null)
    assert.match((await susan.get(form)).text, /can’t send email/)
    assert.equal((await susan.post(form, { email: 'a@example.net', current_password: password })).status, 403)
    assert.equal((await susan.post(`${form}/confirmation`)).status, 403)
    await site.close()
  })
})
