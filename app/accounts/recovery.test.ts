import assert from 'node:assert/strict'
import { createHook } from 'node:async_hooks'
import { after, before, describe, it } from 'node:test'
import { accountRecoveries, users } from '../database/schema.ts'
import { eq } from '../database/sql.ts'
import { programOf } from '../testing/api.ts'
import { linksIn, type Mailbox, openMailbox } from '../testing/mailbox.ts'
import { type Name, openSite, password, type Site } from '../testing/site.ts'

const day = 86_400_000
const theirs = 'a lamp by the window'

describe('a changed address or password', () => {
  let site: Site
  let mailbox: Mailbox
  before(async () => {
    mailbox = await openMailbox()
    site = await openSite({ SMTP_URL: mailbox.url, PUBLIC_URL: 'https://social.example.org' })
  })
  after(async () => {
    await site.close()
    await mailbox.close()
  })
  const pathIn = (text: string, part: string) =>
    linksIn(text)
      .map(link => new URL(link).pathname)
      .find(path => path.startsWith(part)) ?? ''
  const changeEmail = async (
    browser: Awaited<ReturnType<Site['signedIn']>>,
    email: string,
    typed: string,
  ) => {
    await browser.post('/settings/account/email', { email, current_password: typed })
    await site.workJobs()
    const mail = mailbox.received.findLast(({ to }) => to === email)
    assert.equal((await browser.post(pathIn(String(mail?.text), '/confirmations/'))).status, 303)
    await site.workJobs()
  }
  /** An intruder who knows the password takes the account: a token, the address, the password, another address. */
  const takeOver = async (name: Name) => {
    const intruder = await site.signedIn(name)
    const program = await programOf(site, name)
    await changeEmail(intruder, `${name}@evil.example`, password)
    const change = { current_password: password, password: theirs }
    assert.equal((await intruder.post('/settings/account/password', change)).status, 303)
    await changeEmail(intruder, `${name}@worse.example`, theirs)
    return { intruder, program }
  }
  const undoMails = (address: string) =>
    mailbox.received.filter(({ to, text }) => to === address && pathIn(text, '/recoveries/') !== '')
  const account = async (id: number) => (await site.app.db.select().from(users).where(eq(users.id, id)))[0]
  const signIn = async (identifier: string, typed: string) =>
    (await site.visitor().post('/sign-in', { identifier, password: typed })).status

  it('is undone by the owner of the address before, who gets everything back', async () => {
    const { intruder, program } = await takeOver('susan')
    const [mail] = undoMails('susan@example.com')
    assert.match(String(mail?.text), /susan@evil\.example/)
    const path = pathIn(String(mail?.text), '/recoveries/')
    const visitor = site.visitor()
    const page = await visitor.get(path)
    assert.match(page.text, /@susan.*susan@example\.com/s)
    assert.equal((await account(site.ids.susan))?.email, 'susan@worse.example', 'not by opening it')
    const undone = await visitor.post(path)
    assert.match(String(undone.location), /^\/passwords\//)
    assert.equal((await account(site.ids.susan))?.email, 'susan@example.com')
    assert.equal((await intruder.get('/settings')).status, 303)
    assert.equal((await program.get('/api/me')).status, 401)
    for (const typed of [password, theirs]) assert.equal(await signIn('susan', typed), 422)
    const chosen = 'an umbrella for the pier'
    assert.equal((await visitor.post(String(undone.location), { password: chosen })).location, '/sign-in')
    assert.equal(await signIn('susan@example.com', chosen), 303)
    assert.equal((await visitor.post(path)).status, 410, 'once')
  })

  it('is not undone again by links to the addresses after it', async () => {
    const mails = [...undoMails('susan@evil.example'), ...undoMails('susan@worse.example')]
    assert.ok(mails.length > 0)
    for (const { text } of mails) {
      const path = pathIn(text, '/recoveries/')
      assert.equal((await site.visitor().get(path)).status, 410)
      assert.equal((await site.visitor().post(path)).status, 410)
    }
    assert.equal((await account(site.ids.susan))?.email, 'susan@example.com')
  })

  it('is not undone by a mail that was still to be sent', async () => {
    await takeOver('john')
    const [mail] = undoMails('john@example.com')
    const intruder = await site.signedIn('john')
    const change = { current_password: theirs, password: 'the last of the words' }
    assert.equal((await intruder.post('/settings/account/password', change)).status, 303)
    await site.visitor().post(pathIn(String(mail?.text), '/recoveries/'))
    const before = undoMails('john@worse.example').length
    await site.workJobs()
    assert.equal(undoMails('john@worse.example').length, before)
  })

  it('costs no hash of a password without a link that works', async () => {
    const started: string[] = []
    const hook = createHook({ init: (_id, type) => void started.push(type) }).enable()
    const unknown = await site.visitor().post(`/recoveries/${'a'.repeat(43)}`)
    const ofRequest = started.splice(0)
    await site.visitor().post('/sign-in', { identifier: 'nobody_here', password: theirs })
    hook.disable()
    assert.equal(unknown.status, 410)
    assert.deepEqual(
      ofRequest.filter(type => /argon2/i.test(type)),
      [],
    )
    assert.ok(
      started.some(type => /argon2/i.test(type)),
      'signing in costs one',
    )
  })

  it('of the password alone is undone, too', async () => {
    const intruder = await site.signedIn('mary')
    await intruder.post('/settings/account/password', { current_password: password, password: theirs })
    await site.workJobs()
    const path = pathIn(String(undoMails('mary@example.com')[0]?.text), '/recoveries/')
    assert.match(String((await site.visitor().post(path)).location), /^\/passwords\//)
    assert.equal((await intruder.get('/settings')).status, 303)
    assert.equal(await signIn('mary', theirs), 422)
  })

  it('is undone, too, when the owner has signed up again with the address: the intruder’s goes', async () => {
    const signUp = async (username: string, email: string) => {
      const browser = site.visitor()
      assert.equal((await browser.post('/sign-up', { username, email, password })).status, 303)
      await site.workJobs()
      const proof = mailbox.received.findLast(({ to }) => to === email)
      assert.equal((await browser.post(pathIn(String(proof?.text), '/confirmations/'))).status, 303)
      return browser
    }
    await changeEmail(await signUp('wilf', 'wilf@example.com'), 'wilf@worse.example', password)
    await signUp('wilf2', 'Wilf@example.com')
    const [mail] = undoMails('wilf@example.com')
    const path = pathIn(String(mail?.text), '/recoveries/')
    const visitor = site.visitor()
    assert.doesNotMatch((await visitor.get(path)).text, /becomes its email address/)
    const { location } = await visitor.post(path)
    const [wilf] = await site.app.db.select().from(users).where(eq(users.usernameKey, 'wilf'))
    assert.equal(wilf?.email, 'wilf@example.com')
    assert.equal(wilf?.emailConfirmedAt, null)
    mailbox.received.length = 0
    const chosen = 'an umbrella for the pier'
    assert.equal((await visitor.post(String(location), { password: chosen })).location, '/sign-in')
    await site.visitor().post('/passwords', { email: 'wilf@worse.example' })
    await site.workJobs()
    await site.workJobs()
    assert.deepEqual(
      mailbox.received.filter(({ to }) => to.includes('worse')),
      [],
    )
    assert.equal(await signIn('wilf', chosen), 303)
    assert.equal(await signIn('wilf@example.com', password), 303, 'the account that has the address')
  })

  it('can be undone for seven days', async () => {
    const david = await site.signedIn('david')
    await david.post('/settings/account/password', { current_password: password, password: theirs })
    await site.workJobs()
    const path = pathIn(String(undoMails('david@example.com')[0]?.text), '/recoveries/')
    const isDavids = eq(accountRecoveries.userId, site.ids.david)
    const rows = await site.app.db.select().from(accountRecoveries).where(isDavids)
    assert.ok(!JSON.stringify(rows).includes(path.split('/').at(-1) as string), 'only its digest is stored')
    for (const { createdAt, expiresAt } of rows)
      assert.equal(expiresAt.getTime() - createdAt.getTime(), 7 * day)
    const past = { expiresAt: new Date(Date.now() - 1) }
    await site.app.db.transaction(tx => tx.update(accountRecoveries).set(past).where(isDavids))
    assert.equal((await site.visitor().get(path)).status, 410)
    assert.match((await site.visitor().post(path)).text, /more than seven days ago/)
    assert.equal(await signIn('david', theirs), 303)
  })

  it('rejects a link that is none', async () => {
    for (const token of ['x', 'a'.repeat(43), '%00', '..%2f..%2fadmin'])
      for (const answer of [
        await site.visitor().get(`/recoveries/${token}`),
        await site.visitor().post(`/recoveries/${token}`),
      ])
        assert.ok([404, 410].includes(answer.status), `${token} ${answer.status}`)
  })
})
