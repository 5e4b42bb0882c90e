import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { jobs, users } from '../database/schema.ts'
import { eq } from '../database/sql.ts'
import { ApiClient } from '../testing/api.ts'
import { cpuTimeMs } from '../testing/cpu-time.ts'
import { linksIn, type Mailbox, openMailbox } from '../testing/mailbox.ts'
import { openSite, password, type Site } from '../testing/site.ts'

describe('signing up', () => {
  let site: Site
  before(async () => {
    site = await openSite()
  })
  after(() => site.close())

  const form = (over: Record<string, string> = {}) => ({
    username: 'Newcomer_1',
    email: 'New@example.com',
    password: 'a quiet harbour',
    ...over,
  })
  const account = async (key: string) =>
    (await site.app.db.select().from(users).where(eq(users.usernameKey, key)))[0]

  it('creates the account, signs in and shows a welcome', async () => {
    const browser = site.visitor()
    const answer = await browser.post('/sign-up', form())
    assert.equal(answer.status, 303)
    assert.equal(answer.location, '/')
    const home = await browser.follow(answer)
    assert.match(home.page.querySelector('[role=status]')?.text ?? '', /Newcomer_1/)
    const created = await account('newcomer_1')
    assert.equal(created?.username, 'Newcomer_1')
    assert.equal(created?.email, 'New@example.com')
    assert.equal(created?.emailKey, 'new@example.com')
    assert.match(created?.passwordHash ?? '', /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  })

  it('redirects to the return path', async () => {
    const answer = await site
      .visitor()
      .post('/sign-up', form({ username: 'back', email: 'back@example.com', next: '/posts/new' }))
    assert.equal(answer.location, '/posts/new')
  })

  it('understands a username with a blank or its @, and a domain in any script, as signing in does', async () => {
    const typed = { username: ' @Blanka ', email: 'blanka@münchen.de ' }
    assert.equal((await site.visitor().post('/sign-up', form(typed))).status, 303)
    const created = await account('blanka')
    assert.equal(created?.username, 'Blanka')
    assert.equal(created?.email, 'blanka@münchen.de')
    for (const identifier of ['＠blanka', 'Blanka ', 'blanka@MÜNCHEN.de', 'blanka@xn--mnchen-3ya.de']) {
      const answer = await site.visitor().post('/sign-in', { identifier, password: form().password })
      assert.equal(answer.status, 303, identifier)
    }
    const again = form({ username: 'other', email: 'blanka@xn--mnchen-3ya.de' })
    assert.equal((await site.visitor().post('/sign-up', again)).status, 422)
  })

  const wrong: [string, Record<string, string>, string, RegExp][] = [
    ['no username', { username: '' }, 'username', /letters/i],
    ['a username with a space', { username: 'a b' }, 'username', /letters/i],
    ['65 letters', { username: 'a'.repeat(65) }, 'username', /64/],
    ['a taken username in another case', { username: 'SUSAN' }, 'username', /taken|already/i],
    ['a taken e-mail in another case', { email: 'Susan@Example.com' }, 'email', /already|taken|account/i],
    ['an e-mail without @', { email: 'susan' }, 'email', /email/i],
    ['an e-mail without a dot', { email: 'susan@host' }, 'email', /email/i],
    ['an e-mail at a host that begins with a hyphen', { email: 'x@-a.org' }, 'email', /email/i],
    ['an e-mail at a machine', { email: 'x@1.2.3.4' }, 'email', /email/i],
    ['an e-mail with an empty label', { email: 'x@münchen..de' }, 'email', /email/i],
    ['an e-mail of 121 characters', { email: `${'a'.repeat(109)}@example.com` }, 'email', /120/],
    ['a short password', { password: 'x7!kQ2z' }, 'password', /8/],
    ['a password of 201 characters', { password: 'ab'.repeat(101) }, 'password', /200/],
    [
      'the username as password',
      { username: 'harbourmaster', password: 'HarbourMaster1' },
      'password',
      /close to your name/,
    ],
    [
      'the address’s words as password',
      { email: 'lara.quist@example.com', password: 'quist.lara77' },
      'password',
      /close to your name or email/,
    ],
    ['a common password', { password: 'metallica' }, 'password', /too common/],
    ['the site’s name as password', { password: 'microblog2026' }, 'password', /too common/],
    ['two passwords that differ', { password_again: 'another one' }, 'password_again', /same|match|differ/i],
  ]
  for (const [name, over, field, sentence] of wrong) {
    it(`refuses ${name} and keeps the typed values`, async () => {
      const values = form({ username: 'wrong', email: 'wrong@example.com', ...over })
      const answer = await site.visitor().post('/sign-up', values)
      assert.equal(answer.status, 422)
      const input = answer.page.querySelector(`#${field}`)
      assert.equal(input?.getAttribute('aria-invalid'), 'true')
      const described = input?.getAttribute('aria-describedby')?.split(' ') ?? []
      assert.match(described.map(id => answer.page.querySelector(`#${id}`)?.text).join(' '), sentence)
      assert.equal(answer.page.querySelector('#username')?.getAttribute('value') ?? '', values.username)
      assert.equal(answer.page.querySelector('#email')?.getAttribute('value'), values.email)
      assert.ok(!answer.text.includes(values.password), 'a password is never sent back')
      assert.equal(await account('wrong'), undefined)
    })
  }

  it('checks no name that is not one, however long', async () => {
    const susan = await site.signedIn('susan')
    const cookie = `session=${susan.cookies.get('session')}`
    const start = cpuTimeMs()
    for (const username of [`a@${'é'.repeat(30_000)}@`, `a${'\u0301\u0316'.repeat(15_000)}`]) {
      for (const url of ['/sign-up', '/settings/account/username']) {
        // Not percent-encoded, so that as many letters as possible fit into a body.
        const payload = `username=${username}&password=x&current_password=${password}`
        const headers = {
          ...(url !== '/sign-up' && { cookie }),
          'content-type': 'application/x-www-form-urlencoded',
        }
        const answer = await site.app.inject({ method: 'POST', url, payload, headers })
        assert.equal(answer.statusCode, 422)
        assert.match(answer.body, /Choose a username of 1 to 64/)
      }
    }
    // Where each check read all of a name, they took twenty times as long.
    assert.ok(cpuTimeMs() - start < 1_500)
  })

  it('shows all errors at once', async () => {
    const answer = await site.visitor().post('/sign-up', { username: '', email: '', password: '' })
    assert.equal(answer.page.querySelectorAll('[aria-invalid=true]').length, 3)
  })

  it('accepts one of two simultaneous sign-ups and tells the other that the name is taken', async () => {
    const twins = [1, 2].map(n =>
      site.visitor().post('/sign-up', form({ username: 'Twin', email: `twin${n}@example.com` })),
    )
    const answers = await Promise.all(twins)
    assert.deepEqual(answers.map(({ status }) => status).toSorted(), [303, 422])
    const loser = answers.find(({ status }) => status === 422)
    assert.equal(loser?.page.querySelector('#username')?.getAttribute('aria-invalid'), 'true')
  })

  it('is closed with SIGN_UP=closed', async () => {
    const closed = await openSite({ SIGN_UP: 'closed', CONTACT: 'owner@example.com' })
    try {
      const page = await closed.visitor().get('/sign-up')
      assert.equal(page.page.querySelector('input[name=password]'), null)
      assert.ok(page.text.includes('mailto:owner@example.com'))
      const answer = await closed
        .visitor()
        .post('/sign-up', form({ username: 'late', email: 'late@example.com' }))
      assert.equal(answer.status, 403)
    } finally {
      await closed.close()
    }
  })

  it('redirects members to Home', async () => {
    const susan = await site.signedIn('susan')
    assert.equal((await susan.get('/sign-up')).location, '/')
  })
})

describe('a sign-up with the address of another', () => {
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
  const answerTo = async (username: string, email: string, surface: 'page' | 'api') => {
    site.statements.length = 0
    const form = { username, email, password: 'a quiet harbour' }
    const browser = site.visitor()
    const answer =
      surface === 'page'
        ? await browser.post('/sign-up', form)
        : await new ApiClient(site.app).post('/api/users', form)
    const statements = [...site.statements]
    const shown = surface === 'page' ? (await browser.get('/settings/account')).page : null
    const settings = String(shown?.querySelector('main') ?? '')
    // The names and the times that differ anyway.
    const hidden = (text: string) => text.replaceAll(new RegExp(`${username}|${email}`, 'gi'), '…')
    const page = hidden(settings).replaceAll(/<time.*?<\/time>|value="[^"]*"/g, '')
    return { status: answer.status, location: answer.headers['location'] && '…', statements, page }
  }

  for (const surface of ['page', 'api'] as const)
    it(`is answered like any other by the ${surface}: same words, same statements`, async () => {
      await answerTo(`warm_${surface}`, 'warm.up@example.org', surface)
      const free = await answerTo(`free_${surface}`, `free.${surface}@example.org`, surface)
      const taken = await answerTo(`copy_${surface}`, 'SUSAN@example.com', surface)
      assert.deepEqual(taken, free)
      assert.ok([201, 303].includes(taken.status))
    })

  it('tells the owner by mail, and proves nothing to the other', async () => {
    await site.workJobs()
    const told = await mailbox.next('susan@example.com')
    assert.match(told.text, /@copy_page.*your account @susan/s)
    assert.deepEqual(
      linksIn(told.text).filter(link => link.includes('/confirmations/')),
      [],
    )
    const copy = site.visitor()
    await copy.post('/sign-in', { identifier: 'copy_page', password: 'a quiet harbour' })
    await copy.post('/settings/account/email/confirmation')
    await site.workJobs()
    const links = mailbox.received.flatMap(({ text }) => linksIn(text))
    const copied = links.filter(link => link.includes('/confirmations/'))
    assert.equal(copied.length, 4, 'those of warm_… and free_… alone')
  })

  it('leaves the address to its owner: signing in, a new password, nothing else by mail', async () => {
    const signIn = (typed: string) =>
      site.visitor().post('/sign-in', { identifier: 'susan@example.com', password: typed })
    assert.equal((await signIn(password)).status, 303)
    const other = await signIn('a quiet harbour')
    assert.match(other.page.querySelector('[role=alert]')?.text ?? '', /sign in with your username/)
    await site.app.db.transaction(async tx => void (await tx.delete(jobs)))
    mailbox.received.length = 0
    await site.visitor().post('/passwords', { email: 'susan@example.com' })
    const copy = site.visitor()
    await copy.post('/sign-in', { identifier: 'copy_page', password: 'a quiet harbour' })
    const change = { current_password: 'a quiet harbour', password: 'a lamp by the window' }
    assert.equal((await copy.post('/settings/account/password', change)).status, 303)
    await site.workJobs()
    await site.workJobs()
    assert.deepEqual(
      mailbox.received.map(({ text }) => /Hello (\w+)/.exec(text)?.[1]),
      ['susan'],
    )
  })

  it('belongs to whoever proves it: two name it, one has it', async () => {
    const named = { email: 'ours@example.org', password: 'a quiet harbour' }
    for (const username of ['first', 'second'])
      assert.equal((await site.visitor().post('/sign-up', { ...named, username })).status, 303)
    await site.workJobs()
    const mails = mailbox.received.filter(({ to }) => to === 'ours@example.org')
    const paths = mails.map(({ text }) => new URL(linksIn(text)[0] ?? '').pathname)
    assert.equal((await site.visitor().post(String(paths[1]))).status, 303)
    assert.equal((await site.visitor().post(String(paths[0]))).status, 422)
    const signIn = { identifier: 'ours@example.org', password: 'a quiet harbour' }
    const browser = site.visitor()
    assert.equal((await browser.post('/sign-in', signIn)).status, 303)
    assert.match((await browser.get('/settings/account')).text, /second/)
  })

  it('of an account may be reset by a link to an address that is not proven, which proves it', async () => {
    const form = { username: 'forgetful', email: 'forgetful@example.org', password: 'a quiet harbour' }
    await site.visitor().post('/sign-up', form)
    await site.visitor().post('/passwords', { email: 'Forgetful@example.org' })
    await site.workJobs()
    await site.workJobs()
    const mails = mailbox.received.filter(({ to }) => to === 'forgetful@example.org')
    const links = mails.flatMap(({ text }) => linksIn(text)).map(link => new URL(link).pathname)
    const link = String(links.find(path => path.startsWith('/passwords/')))
    assert.equal((await site.visitor().post(link, { password })).status, 303)
    const signIn = { identifier: 'forgetful@example.org', password }
    assert.equal((await site.visitor().post('/sign-in', signIn)).status, 303, 'which proves it')
  })
})

describe('asking which names are taken', () => {
  let site: Site
  before(async () => {
    site = await openSite({ RATE_LIMITS: 'on' })
  })
  after(() => site.close())

  it('is limited by network, and only a form that is valid otherwise is told', async () => {
    const form = { username: 'a b', email: 'susan@example.com', password: 'a quiet harbour' }
    const invalid = await site.visitor().post('/sign-up', form)
    assert.equal(invalid.page.querySelector('#email-error'), null)
    const api = new ApiClient(site.app)
    const named = { ...form, username: 'susan' }
    const asked = Array.from({ length: 25 }, (_, n) =>
      n % 2 ? api.post('/api/users', named) : site.visitor().post('/sign-up', named),
    )
    const statuses = (await Promise.all(asked)).map(({ status }) => status)
    assert.equal(statuses.filter(status => status === 429).length, 5)
    const refused = await site.visitor().post('/sign-up', named)
    assert.equal(refused.page.querySelector('#email-error'), null)
    assert.match(refused.page.querySelector('[role=alert]')?.text ?? '', /Try again in/)
  })
})
