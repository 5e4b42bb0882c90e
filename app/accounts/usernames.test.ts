import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { formerUsernames, users } from '../database/schema.ts'
import { eq } from '../database/sql.ts'
import { scheduleCleanup } from '../jobs/cleanup.ts'
import { atOnce } from '../testing/at-once.ts'
import { openSite, password, type Site } from '../testing/site.ts'
import { createAccount } from './queries.ts'
import { renameAccount } from './username-queries.ts'

describe('changing a username', () => {
  let site: Site
  before(async () => {
    site = await openSite()
  })
  after(() => site.close())
  const form = '/settings/account/username'
  const change = async (name: 'susan' | 'john' | 'david' | 'mary', username: string, typed = password) =>
    (await site.signedIn(name)).post(form, { username, current_password: typed })
  const signUp = (username: string) =>
    site
      .visitor()
      .post('/sign-up', { username, email: `${username}@example.org`, password: 'a quiet harbour' })

  it('redirects from the old name, in any case and on every page, to the new one', async () => {
    const [post] = await site.write('john', ['good morning @susan'])
    const susan = await site.signedIn('susan')
    const answer = await susan.post(form, { username: 'Suzanne', current_password: password })
    assert.equal(answer.location, '/settings/account')
    assert.match((await susan.follow(answer)).page.querySelector('[role=status]')?.text ?? '', /@Suzanne/)
    const visitor = site.visitor()
    for (const page of ['', '/followers', '/following?before=1-2', '/card']) {
      const moved = await visitor.get(`/@SUSAN${page}`)
      assert.equal(moved.status, 302)
      assert.equal(moved.location, `/@Suzanne${page}`)
    }
    const profile = await visitor.get('/@suzanne')
    assert.equal(profile.status, 200)
    assert.match(
      profile.page.querySelector('h1')?.text ?? '',
      /Suzanne/,
      'a display name that was the username',
    )
    const mention = (await visitor.get(`/posts/${post}`)).page.querySelector('.content a')
    assert.equal((await visitor.get(String(mention?.getAttribute('href')))).location, '/@Suzanne')
  })

  it('lets people follow and mention by the old name', async () => {
    const john = await site.signedIn('john')
    assert.equal((await john.post('/@susan/follow')).location, '/@Suzanne')
    const answer = await john.post('/posts', { body: 'is @susan @suzanne?' })
    const home = await john.follow(answer)
    const links = home.page.querySelectorAll('.content a').slice(0, 2)
    assert.deepEqual(
      links.map(link => link.getAttribute('href')),
      ['/@Suzanne', '/@Suzanne'],
    )
  })

  it('keeps the old name for its owner', async () => {
    for (const name of ['susan', 'SuSaN']) {
      const taken = await signUp(name)
      assert.equal(taken.status, 422)
      assert.equal(taken.page.querySelector('#username')?.getAttribute('aria-invalid'), 'true')
      assert.equal((await change('john', name)).status, 422)
    }
    const susan = site.visitor()
    await susan.post('/sign-in', { identifier: 'suzanne', password })
    assert.equal((await susan.post(form, { username: 'susan', current_password: password })).status, 303)
    assert.equal((await susan.get('/@suzanne')).location, '/@susan')
    assert.equal((await susan.get('/@susan')).status, 200)
    assert.equal((await susan.post(form, { username: 'suSan', current_password: password })).status, 303)
    assert.match((await susan.get('/@susan')).page.querySelector('h1')?.text ?? '', /suSan/)
    const kept = await site.app.db.select().from(formerUsernames)
    assert.deepEqual(
      kept.map(({ usernameKey, userId }) => [usernameKey, userId]),
      [['suzanne', site.ids.susan]],
    )
  })

  const wrong: [string, Record<string, string>, string, RegExp][] = [
    ['a name that somebody has', { username: 'DAVID' }, 'username', /is taken/],
    ['no name', { username: '' }, 'username', /letters/],
    ['a name with a space', { username: 'a b' }, 'username', /letters/],
    ['a name of 65 letters', { username: 'a'.repeat(65) }, 'username', /64/],
    ['a wrong password', { current_password: 'wrong' }, 'current_password', /Wrong password/],
    ['no password', { current_password: '' }, 'current_password', /Enter your password/],
  ]
  for (const [name, over, field, sentence] of wrong) {
    it(`refuses ${name} and keeps the typed values`, async () => {
      const mary = await site.signedIn('mary')
      const values = { username: 'maria', current_password: password, ...over }
      const { status, page, text } = await mary.post(form, values)
      assert.equal(status, 422)
      const input = page.querySelector(`#${field}`)
      assert.equal(input?.getAttribute('aria-invalid'), 'true')
      assert.match(page.querySelector(`#${field}-error`)?.text ?? '', sentence)
      assert.equal(page.querySelector('#username')?.getAttribute('value') ?? '', values.username)
      assert.ok(!text.includes(password), 'a password is never sent back')
      assert.equal((await mary.get('/@mary')).status, 200)
    })
  }

  it('refuses names that would pass for the site, at sign-up, too, in any case', async () => {
    const mary = await site.signedIn('mary')
    for (const username of ['admin', 'Support', 'API', 'root', 'https', 'null', 'Sign_In', 'postmaster']) {
      const renamed = await mary.post(form, { username, current_password: password })
      assert.match(renamed.page.querySelector('#username-error')?.text ?? '', /reserved/, username)
      const signedUp = await signUp(username)
      assert.equal(signedUp.status, 422)
      assert.match(signedUp.page.querySelector('#username-error')?.text ?? '', /reserved/, username)
    }
    await site.app.db.transaction(tx =>
      renameAccount(tx, { id: site.ids.mary, username: 'admin' }, new Date()),
    )
    const kept = { username: 'Admin', current_password: password }
    assert.equal((await mary.post(form, kept)).status, 303, 'an account that has one keeps it')
    await site.app.db.transaction(tx =>
      renameAccount(tx, { id: site.ids.mary, username: 'mary' }, new Date()),
    )
    assert.equal((await mary.post(form, kept)).status, 422)
  })

  it('is only for its owner, from this site', async () => {
    assert.equal((await site.visitor().get(form)).location, `/sign-in?next=${encodeURIComponent(form)}`)
    assert.equal((await site.visitor().post(form, { username: 'x' })).status, 401)
    const mary = await site.signedIn('mary')
    const elsewhere = { 'sec-fetch-site': 'cross-site' }
    assert.equal(
      (await mary.post(form, { username: 'x', current_password: password }, elsewhere)).status,
      403,
    )
  })

  it('limits wrong passwords', async () => {
    const strict = await openSite({ RATE_LIMITS: 'on' })
    const susan = await strict.signedIn('susan')
    for (let n = 0; n < 10; n++)
      assert.equal((await susan.post(form, { username: 'sue', current_password: 'wrong' })).status, 422)
    const limited = await susan.post(form, { username: 'sue', current_password: password })
    assert.equal(limited.status, 429)
    assert.ok(Number(limited.headers['retry-after']) > 0)
    assert.equal(limited.page.querySelector('#username')?.getAttribute('value'), 'sue')
    await strict.close()
  })

  it('is limited to three, then one in ten days, whatever else is changed in it', async () => {
    const strict = await openSite({ RATE_LIMITS: 'on' })
    const id = strict.ids.susan
    for (const username of ['one', 'two', 'susan']) {
      const susan = await strict.signedIn('susan')
      assert.equal((await susan.post(form, { username, current_password: password })).status, 303)
    }
    const susan = await strict.signedIn('susan')
    const limited = await susan.post(form, { username: 'four', current_password: password })
    assert.equal(limited.status, 429)
    assert.match(limited.page.querySelector('[role=alert]')?.text ?? '', /Try again in 10 days/)
    assert.equal((await susan.post(form, { username: 'SuSan', current_password: password })).status, 303)
    const [row] = await strict.app.db.select().from(users).where(eq(users.id, id))
    assert.equal(row?.username, 'SuSan')
    await strict.close()
  })
})

describe('a former username', () => {
  let site: Site
  before(async () => {
    site = await openSite()
  })
  after(() => site.close())

  it('is free after a year, and old mentions in posts and messages lead to its first owner', async () => {
    const [post] = await site.write('john', ['tea, @susan? And #tea, @mary'])
    const john = await site.signedIn('john')
    await john.post('/messages/@mary', { body: 'seen @Susan?' })
    const day = 86_400_000
    const rename = (username: string, at: Date) =>
      site.app.db.transaction(tx => renameAccount(tx, { id: site.ids.susan, username }, at))
    await rename('sue', new Date(Date.now() - 364 * day))
    const signUp = () =>
      site
        .visitor()
        .post('/sign-up', { username: 'susan', email: 'next@example.org', password: 'a quiet harbour' })
    const clean = async (days: number) => {
      await scheduleCleanup(site.app.db)
      await site.workJobs(new Date(Date.now() + days * day))
    }
    await clean(0)
    assert.equal((await signUp()).status, 422)
    assert.equal((await site.visitor().get('/@susan')).location, '/@sue')
    await clean(2)
    assert.equal((await site.visitor().get('/@susan')).status, 404)
    assert.equal((await signUp()).status, 303)
    const reader = await site.signedIn('john')
    const links = async (path: string) =>
      (await reader.get(path)).page.querySelectorAll('.content a').map(link => link.getAttribute('href'))
    assert.deepEqual(await links(`/posts/${post}`), ['/@sue', '/tags/tea', '/@mary'])
    assert.deepEqual(await links('/messages/@mary'), ['/@sue'])
    assert.match((await reader.get('/@john/feed.atom')).text, /\/@sue/)
  })
})

describe('two simultaneous requests for one name', () => {
  let site: Site
  before(async () => {
    site = await openSite()
  })
  after(() => site.close())
  const newcomer = (username: string) => ({
    username,
    email: `${username}@example.org`,
    passwordHash: 'x',
    language: null,
  })
  const holders = async (key: string) => {
    const own = await site.app.db.select({ id: users.id }).from(users).where(eq(users.usernameKey, key))
    const kept = await site.app.db
      .select({ id: formerUsernames.userId })
      .from(formerUsernames)
      .where(eq(formerUsernames.usernameKey, key))
    return [...own, ...kept].map(({ id }) => id)
  }

  it('one renames away, one signs up: it stays with its former owner', async () => {
    const [renamed, created] = await atOnce(
      site.app.db,
      tx => renameAccount(tx, { id: site.ids.susan, username: 'sue' }, new Date()),
      tx => createAccount(tx, newcomer('susan'), new Date()),
    )
    assert.equal(renamed, true)
    assert.deepEqual(created, { taken: 'username' })
    assert.deepEqual(await holders('susan'), [site.ids.susan])
  })

  it('one signs up, one renames to it: the second is told that it is taken', async () => {
    const [created, renamed] = await atOnce(
      site.app.db,
      tx => createAccount(tx, newcomer('tea'), new Date()),
      tx => renameAccount(tx, { id: site.ids.john, username: 'tea' }, new Date()),
    )
    assert.equal(renamed, false)
    assert.deepEqual(await holders('tea'), [(created as { id: number }).id])
  })

  it('both rename to it: the second is told that it is taken', async () => {
    const [first, second] = await atOnce(
      site.app.db,
      tx => renameAccount(tx, { id: site.ids.john, username: 'coffee' }, new Date()),
      tx => renameAccount(tx, { id: site.ids.david, username: 'coffee' }, new Date()),
    )
    assert.deepEqual([first, second], [true, false])
    assert.deepEqual(await holders('coffee'), [site.ids.john])
  })

  it('one signs up, one gives up another name: both succeed', async () => {
    const [created, renamed] = await atOnce(
      site.app.db,
      tx => createAccount(tx, newcomer('milk'), new Date()),
      tx => renameAccount(tx, { id: site.ids.mary, username: 'mary_2' }, new Date()),
    )
    assert.ok('id' in created)
    assert.equal(renamed, true)
  })
})
