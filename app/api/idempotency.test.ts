import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { idempotencyKeys, messages, posts, users } from '../database/schema.ts'
import { ApiClient, programOf } from '../testing/api.ts'
import { openSite, type Site } from '../testing/site.ts'

describe('a create with an Idempotency-Key', () => {
  let site: Site
  let susan: ApiClient
  before(async () => {
    site = await openSite()
    susan = await programOf(site, 'susan')
  })
  beforeEach(() =>
    site.app.db.transaction(async tx => {
      await tx.delete(posts)
      await tx.delete(idempotencyKeys)
    }),
  )
  after(() => site.close())
  const count = async (table: typeof posts | typeof messages | typeof users) =>
    (await site.app.db.select().from(table as typeof posts)).length
  const key = (name: string) => ({ 'idempotency-key': name })

  it('creates once and answers the same again, as it was then', async () => {
    const first = await susan.post('/api/posts', { body: 'Once.' }, key('a'))
    assert.equal(first.status, 201)
    await susan.put(String(first.headers['location']), { body: 'Edited meanwhile.' })
    const second = await susan.post('/api/posts', { body: 'Once.' }, key('a'))
    assert.deepEqual([second.status, second.json], [201, first.json])
    assert.equal(second.headers['location'], first.headers['location'])
    assert.equal(second.headers['idempotency-replayed'], 'true')
    assert.equal(await count(posts), 1)
  })

  it('refuses another request under the same key', async () => {
    await susan.post('/api/posts', { body: 'One.' }, key('a'))
    assert.equal((await susan.post('/api/posts', { body: 'Two.' }, key('a'))).status, 422)
    assert.equal(
      (await susan.post('/api/conversations/john/messages', { body: 'One.' }, key('a'))).status,
      422,
    )
    assert.equal(await count(posts), 1)
  })

  it('belongs to one person', async () => {
    await susan.post('/api/posts', { body: 'Hers.' }, key('a'))
    const john = await programOf(site, 'john')
    const answer = await john.post('/api/posts', { body: 'Hers.' }, key('a'))
    assert.equal(answer.json.author.username, 'john')
    assert.equal(await count(posts), 2)
  })

  it('creates one of those sent at the same moment', async () => {
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => susan.post('/api/posts', { body: 'Now.' }, key('b'))),
    )
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([201]))
    assert.equal(new Set(answers.map(({ json }) => json.id)).size, 1)
    assert.equal(answers.filter(({ headers }) => headers['idempotency-replayed']).length, 5)
    assert.equal(await count(posts), 1)
  })

  it('is not used up by a request that failed', async () => {
    assert.equal((await susan.post('/api/posts', { body: ' ' }, key('c'))).status, 422)
    assert.equal((await susan.post('/api/posts', { body: 'Right.' }, key('c'))).status, 201)
  })

  it('sends a message once', async () => {
    const send = () => susan.post('/api/conversations/mary/messages', { body: 'Tea?' }, key('d'))
    const [first, second] = [await send(), await send()]
    assert.deepEqual(second.json, first.json)
    assert.equal(await count(messages), 1)
    const two = [await susan.post('/api/conversations/mary/messages', { body: 'Tea?' }), await send()]
    assert.equal(two[0]?.status, 201)
    assert.equal(await count(messages), 2, 'without a key, words may be said twice')
  })

  it('creates one account, and only tells whoever knows its password', async () => {
    const visitor = new ApiClient(site.app)
    const account = { username: 'newbie', email: 'newbie@example.com', password: 'tea at the quay' }
    const before = await count(users)
    const answers = await Promise.all(
      Array.from({ length: 3 }, () => visitor.post('/api/users', account, key('e'))),
    )
    assert.deepEqual(
      answers.map(({ status }) => status),
      [201, 201, 201],
    )
    assert.equal(await count(users), before + 1)
    assert.equal(
      (await visitor.post('/api/users', { ...account, password: 'tea at the pier' }, key('e'))).status,
      409,
    )
    assert.equal(
      (await visitor.post('/api/users', { ...account, email: 'x@example.com' }, key('e'))).status,
      422,
    )
    assert.equal((await visitor.post('/api/users', account, key('f'))).status, 409)
    const [kept] = await site.app.db.select().from(idempotencyKeys)
    assert.ok(!JSON.stringify(kept).includes('quay'))
  })

  for (const bad of ['x'.repeat(256), 'a b', 'é', '']) {
    it(`refuses ${JSON.stringify(bad.slice(0, 9))} as a key`, async () => {
      const { status, json } = await susan.post('/api/posts', { body: 'x' }, key(bad))
      assert.equal(status, 400)
      assert.equal(json.errors[0].header, 'idempotency-key')
    })
  }
})
