import assert from 'node:assert/strict'
import { after, before, describe, it, mock } from 'node:test'
import { posts, users } from '../database/schema.ts'
import { programOf } from '../testing/api.ts'
import type { Browser } from '../testing/browser.ts'
import { openSite, password, type Site } from '../testing/site.ts'

describe('exceeding a limit', () => {
  let site: Site
  let susan: Browser
  before(async () => {
    site = await openSite({ RATE_LIMITS: 'on' })
    susan = await site.signedIn('susan')
    // So that no use is regained meanwhile.
    mock.timers.enable({ apis: ['Date'], now: Date.now() })
  })
  after(async () => {
    mock.timers.reset()
    await site.close()
  })
  const countOf = (table: typeof posts | typeof users) => site.app.db.$count(table)

  it('keeps the text of a post and says when to retry', async () => {
    const write = (n: number) => susan.post('/posts', { body: `post ${n}` })
    const answers = await Promise.all(Array.from({ length: 33 }, (_, n) => write(n)))
    assert.equal(answers.filter(({ status }) => status === 303).length, 30)
    assert.equal(await countOf(posts), 30)
    const refused = await susan.post('/posts', { body: 'one <b>more</b>', submission: 'the same' })
    assert.equal(refused.status, 429)
    assert.ok(Number(refused.headers['retry-after']) <= 10)
    assert.equal(refused.page.querySelector('textarea')?.text.trim(), 'one <b>more</b>')
    assert.equal(refused.page.querySelector('[name=submission]')?.getAttribute('value'), 'the same')
    assert.match(
      refused.page.querySelector('.error-message')?.text ?? '',
      /still here.*Try again in \d+ second/,
    )
    assert.equal((await (await site.signedIn('john')).post('/posts', { body: 'mine' })).status, 303)
  })

  it('keeps an edit', async () => {
    const [id] = await site.write('susan', ['before'])
    const refused = await susan.post(`/posts/${id}`, { body: 'after' })
    assert.equal(refused.status, 429)
    assert.equal(refused.page.querySelector('textarea')?.text.trim(), 'after')
    assert.equal((await susan.post(`/posts/${id}/delete`)).status, 303, 'what is too much can be deleted')
  })

  it('answers JSON clients with problem details', async () => {
    const answer = await susan.post('/posts', { body: 'more' }, { accept: 'application/json' })
    assert.equal(answer.status, 429)
    assert.ok(answer.headers['retry-after'])
    assert.match(String(answer.json()['errors'] && JSON.stringify(answer.json()['errors'])), /Try again/)
  })

  it('by following shows a page that says when to retry', async () => {
    const follow = () => susan.post('/@john/follow')
    const answers = await Promise.all(Array.from({ length: 63 }, follow))
    assert.equal(answers.filter(({ status }) => status === 303).length, 60)
    const refused = await follow()
    assert.equal(refused.status, 429)
    assert.match(refused.page.querySelector('main')?.text ?? '', /Try again in \d+ second/)
    const problem = await susan.post('/@john/follow', {}, { accept: 'application/json' })
    assert.match(String(problem.json()['detail']), /Try again in \d+ second/)
    assert.ok(problem.headers['retry-after'])
    const spanish = await susan.post('/@john/follow', {}, { 'accept-language': 'es' })
    assert.match(spanish.page.querySelector('main')?.text ?? '', /de nuevo dentro de \d+ segundo/)
    assert.equal((await susan.post('/@john/follow/delete')).status, 303)
  })

  it('by changing settings is the same for all of them', async () => {
    const david = await site.signedIn('david')
    const changes: [string, Record<string, string>][] = [
      ['/settings/profile', { display_name: 'David', about: '' }],
      ['/settings/privacy', { messages_from: 'following' }],
      ['/settings/theme', { theme: 'dark' }],
      ['/@mary/block', {}],
    ]
    const change = (n: number) => david.post(...(changes[n % changes.length] as (typeof changes)[0]))
    const answers = []
    for (let n = 0; n < 60; n++) answers.push(await change(n))
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [303])
    for (let n = 0; n < changes.length; n++) assert.equal((await change(n)).status, 429)
    assert.match((await change(0)).page.querySelector('main')?.text ?? '', /Try again in \d+ second/)
    assert.equal((await david.get('/settings/profile')).status, 200)
    const program = await programOf(site, 'david')
    assert.equal((await program.patch('/api/me', { about: 'By the API.' })).status, 200)
    const expelling: [string, Record<string, string>][] = [
      ['/settings/apps/1/delete', {}],
      ['/settings/sessions/1/delete', {}],
      ['/settings/sessions/delete', {}],
      ['/settings/account/password', { current_password: password, password: 'a lamp by the window' }],
    ]
    for (const [path, form] of expelling) {
      const { status } = await david.post(path, form)
      assert.ok([303, 404].includes(status), `${path} ${status}`)
    }
    assert.equal((await site.visitor().post('/settings/theme', { theme: 'dark' })).status, 303)
  })

  it('starts after five accounts from one network, invalid forms not counted', async () => {
    const form = (n: number) => ({ username: `new${n}`, email: `new${n}@example.com`, password })
    const signUp = (n: number, over = {}) => site.visitor().post('/sign-up', { ...form(n), ...over })
    for (let n = 0; n < 10; n++) assert.equal((await signUp(0, { email: 'x' })).status, 422)
    const before = await countOf(users)
    const answers = await Promise.all(Array.from({ length: 8 }, (_, n) => signUp(n)))
    assert.equal(answers.filter(({ status }) => status === 303).length, 5)
    assert.equal((await countOf(users)) - before, 5)
    const refused = await signUp(9)
    assert.equal(refused.status, 429)
    assert.equal(refused.page.querySelector('#username')?.getAttribute('value'), 'new9')
    assert.match(
      refused.page.querySelector('[role=alert]')?.text ?? '',
      /^\s*Too many accounts are being created right now\. Try again in 10 minutes/,
    )
    assert.ok(!refused.text.includes(password))
  })
})
