import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { users } from '../database/schema.ts'
import { eq } from '../database/sql.ts'
import { ApiClient, programOf } from '../testing/api.ts'
import { openSite, type Site } from '../testing/site.ts'

const password = 'tea at the quay'
const form = (fields: Record<string, string>) => ({
  method: 'POST' as const,
  url: '/api/users',
  payload: String(new URLSearchParams(fields)),
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
})

describe('accounts by the API', () => {
  let site: Site
  let visitor: ApiClient
  before(async () => {
    site = await openSite({ PUBLIC_URL: 'https://harbour.example' })
    visitor = new ApiClient(site.app)
  })
  after(() => site.close())

  it('are created by a form, as in the tutorial’s first exercise', async () => {
    const answer = await visitor.ask(form({ username: 'anna', email: 'anna@example.com', password }))
    assert.equal(answer.status, 201)
    assert.equal(answer.json.message, 'User created')
    assert.equal(answer.json.username, 'anna')
    assert.equal(answer.headers['location'], '/api/users/anna')
    const signedIn = await site.visitor().post('/sign-in', { identifier: 'anna', password })
    assert.equal(signedIn.status, 303)
  })

  it('are created by JSON, in the requested language', async () => {
    const account = { username: 'Berta', email: 'berta@example.com', password }
    const { status, json } = await visitor.post('/api/users', account, { 'accept-language': 'es' })
    assert.deepEqual([status, json.message], [201, 'Cuenta creada'])
    const [row] = await site.app.db.select().from(users).where(eq(users.usernameKey, 'berta'))
    assert.equal(row?.language, 'es')
    assert.ok(row?.passwordHash.startsWith('$argon2id$'))
    assert.ok(!JSON.stringify(json).includes('example.com'), 'the address is nobody’s to see')
  })

  it('are validated like those of the page', async () => {
    for (const [wrong, pointers] of [
      [{ password: 'short' }, ['#/password']],
      [{ password: 'password' }, ['#/password']],
      [{ username: 'Änna', email: 'nowhere' }, ['#/username', '#/email']],
      [{ username: 'newone', password: 'NEWONE123' }, ['#/password']],
      [{ email: `${'x'.repeat(120)}@example.com` }, ['#/email']],
    ] as const) {
      const account = { username: 'newone', email: 'new@example.com', password, ...wrong }
      for (const answer of [await visitor.post('/api/users', account), await visitor.ask(form(account))]) {
        assert.equal(answer.status, 422)
        assert.deepEqual(
          answer.json.errors.map(({ pointer }: never) => pointer).toSorted(),
          pointers.toSorted(),
        )
      }
    }
  })

  it('say which names are taken', async () => {
    const both = { username: 'SUSAN', email: 'John@Example.com', password }
    const { status, json } = await visitor.post('/api/users', both)
    assert.equal(status, 409)
    assert.deepEqual(
      json.errors.map(({ pointer }: never) => pointer),
      ['#/username', '#/email'],
    )
    const account = { username: 'twice', email: 'twice@example.com', password }
    const answers = await Promise.all([
      visitor.post('/api/users', account),
      visitor.post('/api/users', account),
    ])
    assert.deepEqual(answers.map(({ status }) => status).toSorted(), [201, 409])
  })

  it('refuse a form with a field sent twice, or named like a property of objects', async () => {
    for (const payload of ['username=a&username=b', '__proto__=x&username=a', 'constructor=x']) {
      const answer = await visitor.ask({ ...form({}), payload })
      assert.equal(answer.status, 400, payload)
    }
    assert.equal((await visitor.ask({ ...form({}), payload: '%zz=%ff&&&=' })).status, 422)
    assert.equal((await visitor.ask({ ...form({}), payload: '' })).status, 422)
  })

  it('are not created while sign-up is closed', async () => {
    const closed = await openSite({ SIGN_UP: 'closed' })
    const account = { username: 'newone', email: 'new@example.com', password }
    assert.equal((await new ApiClient(closed.app).post('/api/users', account)).status, 403)
    await closed.close()
  })

  it('are listed, newest first, and shown by their name in any case', async () => {
    const names = (await visitor.get('/api/users')).json.items.map(({ username }: never) => username)
    assert.deepEqual(names.slice(-4), ['mary', 'david', 'john', 'susan'])
    const { json } = await visitor.get('/api/users/SUSAN')
    assert.equal(json.username, 'susan')
    assert.deepEqual(json.counts, { posts: 0, followers: 0, following: 0 })
    assert.equal(json.url, 'https://harbour.example/@susan')
    for (const url of Object.values<string>(json.links))
      assert.equal((await visitor.get(url)).status, 200, url)
    assert.equal((await visitor.get('/api/users/nobody')).status, 404)
  })

  it('can be changed by their owner', async () => {
    const susan = await programOf(site, 'susan')
    const { json } = await susan.patch('/api/me', {
      displayName: ' Susan  Q. ',
      about: ' Tea. ',
      language: 'es',
    })
    assert.deepEqual([json.displayName, json.about, json.language], ['Susan Q.', 'Tea.', 'es'])
    assert.equal((await susan.patch('/api/me', { timeZone: 'Asia/Kolkata' })).json.timeZone, 'Asia/Calcutta')
    const unknown = await susan.patch('/api/me', { timeZone: 'Mars/Olympus' })
    assert.equal(unknown.status, 422)
    assert.match(unknown.text, /There’s no such time zone/)
    assert.equal((await susan.patch('/api/me', { displayName: ' ' })).json.displayName, 'susan')
    assert.equal((await susan.patch('/api/me')).json.about, 'Tea.', 'nothing said, nothing changed')
    for (const wrong of [
      { displayName: 'x'.repeat(65) },
      { about: 'x'.repeat(141) },
      { language: 'tlh' },
      { language: null },
      { email: 'x@example.com' },
      { username: 'x' },
      { id: 7 },
      { displayName: null },
    ]) {
      const { status, json } = await susan.patch('/api/me', wrong)
      assert.deepEqual([status, json.errors?.length], [422, 1], JSON.stringify(wrong))
    }
    assert.equal((await susan.get('/api/users/susan')).json.about, 'Tea.')
  })
})
