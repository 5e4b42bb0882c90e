import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { engine } from '../database/engine.ts'
import { jobs, passwordResets, users } from '../database/schema.ts'
import { eq } from '../database/sql.ts'
import { translate } from '../locales/translate.ts'
import { mails } from '../registry/contributions.ts'
import { eventually } from '../testing/eventually.ts'
import { linksIn, type Mailbox, openMailbox } from '../testing/mailbox.ts'
import { endProcess, startProcess } from '../testing/process.ts'
import { openSite, type Site } from '../testing/site.ts'
import { canMail, type NewMail, sendMail } from './mail.ts'

const hour = 3_600_000
const to = 'susan@example.com'

/** Existing templates, whose subject contains a name. */
Object.assign(mails, {
  'test.greeting': { subject: 'mail.greeting', view: 'accounts/email-changing-mail' },
})

describe(`mail on ${engine}`, () => {
  let site: Site
  let mailbox: Mailbox
  before(async () => {
    mailbox = await openMailbox()
    site = await openSite({
      SMTP_URL: mailbox.url,
      SITE_NAME: 'Harbour & Sons',
      PUBLIC_URL: 'https://harbour.example',
    })
  })
  after(async () => {
    await site.close()
    await mailbox.close()
  })
  beforeEach(async () => {
    mailbox.mood = 'accept'
    mailbox.received.length = 0
    await site.app.db.transaction(async tx => void (await tx.delete(jobs)))
  })

  const send = (mail: Partial<NewMail<'passwords.reset'>> = {}, from = site) => {
    const input = { userId: from.ids.susan }
    return from.app.db.transaction(tx =>
      sendMail(tx, { name: 'passwords.reset', language: 'en', input, ...mail }),
    )
  }
  const greet = (address: string, username = 'susan') =>
    send({
      name: 'test.greeting',
      to: address,
      input: { username, email: 'new@example.com', link: 'x' },
    } as never)
  const state = async (of = site) =>
    (await of.app.db.select().from(jobs).where(eq(jobs.name, 'mail')))[0] as typeof jobs.$inferSelect
  const later = (hours: number) => new Date(Date.now() + hours * hour)

  it('arrives as text and HTML, from the site, with a link to it', async () => {
    await send()
    await site.workJobs()
    const { subject, text, html, email, source, greeting } = await mailbox.next(to)
    assert.equal(subject, translate('en')('passwords.reset_subject', { site: 'Harbour & Sons' }))
    assert.equal(greeting, 'harbour.example')
    assert.deepEqual(email.from, { address: 'noreply@harbour.example', name: 'Harbour & Sons' })
    assert.deepEqual(email.to, [{ address: to, name: '' }])
    assert.ok(Math.abs(Date.parse(String(email.date)) - Date.now()) < 60_000)
    assert.match(source, /^Auto-Submitted: auto-generated\r$/im)
    const [link] = linksIn(text)
    assert.match(String(link), /^https:\/\/harbour\.example\/passwords\/[\w-]{43}$/)
    assert.ok(html.includes(`href="${link}"`))
    assert.match(html, /Harbour &amp; Sons/)
    assert.doesNotMatch(text, /&amp;|<\w/)
    assert.doesNotMatch(html, /<(img|script|link)|url\(|@import/)
  })

  it('contains a link that works, whose token the database does not have', async () => {
    await send()
    await site.workJobs()
    const [link] = linksIn((await mailbox.next(to)).text)
    const path = new URL(String(link)).pathname
    assert.equal((await site.visitor().get(path)).status, 200)
    const stored = JSON.stringify([
      await site.app.db.select().from(jobs),
      await site.app.db.select().from(passwordResets),
    ])
    assert.ok(!stored.includes(path.slice('/passwords/'.length)))
  })

  it('is in the recipient’s language', async () => {
    await send({ language: 'es' })
    await site.workJobs()
    const { subject, html, text } = await mailbox.next(to)
    assert.equal(subject, translate('es')('passwords.reset_subject', { site: 'Harbour & Sons' }))
    assert.match(html, /<html lang="es">/)
    assert.match(text, /^Hola, susan:\n\n\S/)
    await send({ language: 'tlh' })
    await site.workJobs()
    assert.match((await mailbox.next(to)).text, /^Hello susan,/)
  })

  it('has no header from a name', async () => {
    await greet(to, 'Eve\r\nBcc: eve@example.com\r\n\r\n<b>hi</b>')
    await site.workJobs()
    const { subject, email, html, source } = await mailbox.next(to)
    assert.equal(subject, 'Hello Eve Bcc: eve@example.com <b>hi</b>,')
    assert.equal(email.bcc, undefined)
    assert.doesNotMatch(source.split('\r\n\r\n')[0] as string, /^bcc:/im)
    assert.doesNotMatch(html, /<b>hi/)
    assert.equal(mailbox.received.length, 1)
  })

  it('goes to one address only, whatever it contains', async () => {
    for (const address of [
      'susan@example.com, eve@example.com',
      'susan@example.com>\r\nRCPT TO:<eve@example.com',
      'Eve <eve@example.com>',
      'nobody',
      '',
    ]) {
      await site.app.db.transaction(async tx => void (await tx.delete(jobs)))
      await greet(address)
      await site.workJobs()
      assert.deepEqual(mailbox.received, [], address)
      assert.equal((await state()).state, 'parked', address)
    }
  })

  it('is not sent to a deleted account', async () => {
    await send({ input: { userId: 999_999 } })
    await site.workJobs()
    assert.deepEqual(mailbox.received, [])
    assert.deepEqual((await state()).result, { sent: false })
  })

  it('waits while the server is down, and arrives afterwards', async () => {
    await mailbox.stop()
    await send()
    for (const hours of [0, 1, 2, 3, 4, 12]) await site.workJobs(later(hours))
    const { state: waiting, attempts, error } = await state()
    assert.deepEqual({ waiting, attempts }, { waiting: 'waiting', attempts: 6 })
    assert.match(String(error), /ECONNREFUSED/)
    await mailbox.start()
    await site.workJobs(later(14))
    await mailbox.next(to)
    assert.equal((await state()).state, 'done')
  })

  for (const mood of ['silent', 'hang', 'drop', 'busy'] as const) {
    it(`is retried when the server answers with ${mood}, after a short timeout`, async () => {
      const hasty = await openSite({ SMTP_URL: mailbox.hastyUrl })
      mailbox.mood = mood
      await send({}, hasty)
      const begun = performance.now()
      await hasty.workJobs()
      assert.ok(performance.now() - begun < 5_000)
      assert.equal((await state(hasty)).state, 'waiting')
      mailbox.mood = 'accept'
      mailbox.received.length = 0
      await hasty.workJobs(later(1))
      await mailbox.next(to)
      await hasty.close()
    })
  }

  it('crosses a network only encrypted, unless that is allowed', async () => {
    // The system takes 0.0.0.0 for this machine; for the site it is another one.
    const elsewhere = mailbox.url.replace('127.0.0.1', '0.0.0.0')
    for (const [url, state] of [
      [elsewhere, 'waiting'],
      [`${elsewhere}&requireTLS=false`, 'done'],
      [`${elsewhere}&ignoreTLS=true`, 'done'],
    ] as const) {
      const other = await openSite({ SMTP_URL: url, MAIL_FROM: 'site@mañana.example' })
      const input = { userId: other.ids.susan }
      await other.app.db.transaction(tx => sendMail(tx, { name: 'passwords.reset', language: 'en', input }))
      await other.workJobs()
      const [job] = await other.app.db.select().from(jobs)
      assert.equal(job?.state, state, `${url}: ${job?.error}`)
      await other.close()
    }
    assert.deepEqual(
      mailbox.received.map(({ greeting }) => greeting),
      ['xn--maana-pta.example', 'xn--maana-pta.example'],
    )
  })

  it('is dead when the server knows no such recipient', async () => {
    mailbox.mood = 'refuse'
    await send()
    await site.workJobs()
    const { state: parked, attempts, error } = await state()
    assert.deepEqual({ parked, attempts }, { parked: 'parked', attempts: 1 })
    assert.match(String(error), /550 no such person here/)
  })

  it('delays no page, and is not sent when its transaction rolls back', async () => {
    mailbox.mood = 'silent'
    const busy = await openSite({ SMTP_URL: mailbox.url }, { worker: { stopTimeoutMs: 50 } })
    const begun = performance.now()
    const form = { username: 'paula', email: 'paula@example.com', password: 'paula at the pier' }
    const { status } = await busy.visitor().post('/sign-up', form)
    assert.equal(status, 303)
    assert.ok(performance.now() - begun < 30_000, 'the server is silent for a minute')
    await eventually(async () => (await busy.app.db.$count(jobs, eq(jobs.state, 'running'))) > 0)
    await busy.close()
    const undone = site.app.db.transaction(async tx => {
      await sendMail(tx, { name: 'passwords.reset', language: 'en', input: { userId: site.ids.susan } })
      throw new Error('no')
    })
    await assert.rejects(undone, /no/)
    mailbox.mood = 'accept'
    await site.workJobs()
    assert.deepEqual(mailbox.received, [])
  })

  it('arrives again with the same Message-ID when its worker was killed after sending', async () => {
    mailbox.mood = 'hang'
    const { database } = site.config
    const url = database.engine === 'sqlite' ? `sqlite:${database.file}` : database.url
    const environment = { DATABASE_URL: url, SMTP_URL: mailbox.url }
    const worker = startProcess([`${import.meta.dirname}/../cli.ts`, 'worker'], environment)
    await send()
    await eventually(async () => mailbox.received.length === 1, 20_000)
    await endProcess(worker, 'SIGKILL')
    assert.equal((await state()).state, 'running')
    mailbox.mood = 'accept'
    await site.workJobs()
    assert.equal(mailbox.received.length, 1, 'until the lease ends, the killed one may be alive')
    await site.workJobs(later(1 / 60))
    const [first, second] = [await mailbox.next(to), await mailbox.next(to)]
    const host = 'localhost'
    assert.match(String(first.email.messageId), new RegExp(`^<\\d+\\.[0-9a-f]{24}@${host}>$`))
    const numbers = [first, second].map(({ email }) => String(email.messageId).split('@')[0])
    assert.equal(numbers[0], numbers[1])
    for (const { text } of [first, second])
      assert.equal((await site.visitor().get(new URL(String(linksIn(text)[0])).pathname)).status, 200)
  })

  it('is deleted with the account', async () => {
    const { db } = site.app
    await send({ userId: site.ids.david, input: { userId: site.ids.david } })
    await db.transaction(async tx => void (await tx.delete(users).where(eq(users.id, site.ids.david))))
    assert.equal(await db.$count(jobs), 0)
  })
})

describe(`without a mail server, on ${engine}`, () => {
  it('a mail is dead, and canMail is false', async () => {
    const site = await openSite()
    assert.equal(canMail(site.config), false)
    const input = { userId: site.ids.susan }
    await site.app.db.transaction(tx => sendMail(tx, { name: 'passwords.reset', language: 'en', input }))
    await site.workJobs()
    const [job] = await site.app.db.select().from(jobs)
    assert.deepEqual([job?.state, job?.error], ['parked', 'there is no mail server: SMTP_URL is not set'])
    assert.equal((await site.visitor().get('/dev/mail')).status, 404)
    await site.close()
  })

  it('a developer reads mails at /dev/mail', async () => {
    const site = await openSite({ NODE_ENV: 'development' })
    assert.equal(canMail(site.config), true)
    const visitor = site.visitor()
    assert.match((await visitor.get('/dev/mail')).text, /No emails yet/)
    for (const host of ['social.example.org', '192.168.1.5:3000', 'localhost.evil.example'])
      assert.equal((await site.app.inject({ url: '/dev/mail', headers: { host } })).statusCode, 404)
    const input = { userId: site.ids.susan }
    await site.app.db.transaction(tx => sendMail(tx, { name: 'passwords.reset', language: 'en', input }))
    const path = () =>
      visitor.get('/dev/mail').then(({ page }) => page.querySelector('.mails a')?.getAttribute('href'))
    assert.match((await visitor.get(String(await path()))).text, /isn’t ready yet/)
    assert.equal((await visitor.get(`${await path()}/html`)).status, 404)
    await site.workJobs()
    const { page } = await visitor.get(String(await path()))
    const link = page.querySelector('pre a')?.getAttribute('href')
    assert.equal((await visitor.get(new URL(String(link)).pathname)).status, 200)
    const html = await visitor.get(String(page.querySelector('iframe')?.getAttribute('src')))
    assert.ok(html.text.includes(String(link)))
    assert.match(String(html.headers['content-security-policy']), /^default-src 'none'.*sandbox/)
    assert.equal(html.headers['x-frame-options'], 'SAMEORIGIN')
    assert.equal((await visitor.get('/dev/mail/999')).status, 404)
    assert.equal((await visitor.get('/dev/mail/x')).status, 404)
    await site.close()
  })
})
