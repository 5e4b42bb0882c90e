import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { closeAccount } from '../accounts/closure-queries.ts'
import { users } from '../database/schema.ts'
import { eq } from '../database/sql.ts'
import { postingLimit } from '../posts/forms.ts'
import { type ApiClient, programOf } from '../testing/api.ts'
import { openSite, type Site } from '../testing/site.ts'

describe('replies by the API', () => {
  let site: Site
  let susan: ApiClient
  let john: ApiClient
  let mary: ApiClient
  before(async () => {
    site = await openSite()
    susan = await programOf(site, 'susan')
    john = await programOf(site, 'john')
    mary = await programOf(site, 'mary')
  })
  after(() => site.close())
  const post = async (body = 'Tea?') => (await susan.post('/api/posts', { body })).json.id as number
  const answer = async (by: ApiClient, to: number, body: string) =>
    (await by.post(`/api/posts/${to}/replies`, { body })).json.id as number
  const bodies = (items: { body: string }[]) => items.map(({ body }) => body)

  it('say what they answer, are counted there, and are published like posts', async () => {
    const root = await post()
    const { status, json, headers } = await john.post(`/api/posts/${root}/replies`, {
      body: 'Yes, @mary! #Té',
      language: 'en',
    })
    assert.equal(status, 201)
    assert.equal(headers['location'], `/api/posts/${json.id}`)
    assert.deepEqual([json.parentId, json.replyCount, json.author.username], [root, 0, 'john'])
    const of = async (id: number) => (await susan.get(`/api/posts/${id}`)).json
    assert.deepEqual(await of(json.id), json)
    const { parentId, replyCount } = await of(root)
    assert.deepEqual([parentId, replyCount], [null, 1])
    const told = (await susan.get('/api/notifications')).json.items
    assert.deepEqual(
      told.map(({ kind, url }: { kind: string; url: string }) => [kind, new URL(url).pathname]),
      [['reply', `/posts/${json.id}`]],
    )
    assert.equal((await mary.get('/api/notifications')).json.items[0].kind, 'mention')
  })

  it('are refused where the author lets only others reply, and a post says whether one may', async () => {
    const { json } = await susan.post('/api/posts', { body: 'For @mary', repliesFrom: 'mentioned' })
    const canReply = async (by: ApiClient) => (await by.get(`/api/posts/${json.id}`)).json.canReply
    assert.deepEqual([json.canReply, await canReply(mary), await canReply(john)], [true, true, false])
    const refused = await john.post(`/api/posts/${json.id}/replies`, { body: 'x' })
    assert.deepEqual(
      [refused.status, refused.json.detail],
      [403, 'Only people mentioned in this post can reply.'],
    )
    assert.equal((await mary.post(`/api/posts/${json.id}/replies`, { body: 'x' })).status, 201)
  })

  it('are published once under one key', async () => {
    const root = await post()
    const send = (body: string, to = root) =>
      john.post(`/api/posts/${to}/replies`, { body }, { 'idempotency-key': 'answer-1' })
    const [first, again] = [await send('Once'), await send('Once')]
    assert.deepEqual([again.json.id, again.headers['idempotency-replayed']], [first.json.id, 'true'])
    assert.equal((await susan.get(`/api/posts/${root}`)).json.replyCount, 1)
    assert.equal((await send('Twice')).status, 422)
    assert.equal((await send('Once', await post('Another'))).status, 422)
  })

  it('need words, and something to answer', async () => {
    const root = await post()
    const { json } = await john.post(`/api/posts/${root}/replies`, { body: ' ', language: 'tlh' })
    assert.deepEqual(
      json.errors.map(({ pointer }: { pointer: string }) => pointer),
      ['#/body', '#/language'],
    )
    assert.equal((await john.post(`/api/posts/${root}/replies`, { body: 'x', to: 1 })).status, 422)
    const gone = await post('Soon gone')
    await susan.delete(`/api/posts/${gone}`)
    for (const id of [gone, 999_999, 0]) {
      assert.equal((await john.post(`/api/posts/${id}/replies`, { body: 'x' })).status, 404, `to ${id}`)
      assert.equal((await john.get(`/api/posts/${id}/replies`)).status, 404, `of ${id}`)
    }
    assert.equal((await john.get('/api/posts/x/replies')).status, 404)
  })

  it('are listed oldest first, page by page, those of those who are seen', async () => {
    const root = await post()
    for (let n = 1; n <= 4; n++) await answer(n % 2 ? john : susan, root, `No. ${n}`)
    const deep = await answer(john, await answer(mary, root, 'No. 5'), 'Deeper')
    const list = `/api/posts/${root}/replies`
    const first = (await susan.get(`${list}?limit=2`)).json
    assert.deepEqual([bodies(first.items), first.links.prev], [['No. 1', 'No. 2'], null])
    const second = await susan.get(first.links.next)
    assert.deepEqual(bodies(second.json.items), ['No. 3', 'No. 4'])
    assert.match(String(second.headers['link']), /^<[^>]+>; rel="next"$/)
    const last = (await susan.get(second.json.links.next)).json
    assert.deepEqual([bodies(last.items), last.links.next], [['No. 5'], null])
    assert.deepEqual([last.items[0].parentId, last.items[0].replyCount], [root, 1])
    assert.equal((await susan.get(`/api/posts/${deep}`)).json.parentId, last.items[0].id)
    await mary.put('/api/users/john/block')
    const seen = (await mary.get(`${list}?limit=2`)).json
    assert.deepEqual(bodies(seen.items), ['No. 2', 'No. 4'], 'a full page, of others')
    assert.deepEqual(bodies((await mary.get(seen.links.next)).json.items), ['No. 5'])
    await mary.delete('/api/users/john/block')
    for (const query of ['after=x', 'limit=0', 'limit=101'])
      assert.equal((await susan.get(`${list}?${query}`)).status, 400, query)
  })

  it('keep the id of what they answer after that is deleted', async () => {
    const root = await post()
    const id = await answer(john, root, 'Still here')
    await susan.delete(`/api/posts/${root}`)
    assert.equal((await mary.get(`/api/posts/${id}`)).json.parentId, root)
  })

  it('are not published by somebody whose account was closed while they were sent', async () => {
    const root = await post()
    const leaver = await programOf(site, 'david')
    const { db } = site.app
    const { transaction } = db
    db.transaction = async work => {
      db.transaction = transaction
      await transaction(tx => closeAccount(tx, site.ids.david, new Date()))
      return transaction(work)
    }
    assert.equal((await leaver.post(`/api/posts/${root}/replies`, { body: 'My last words' })).status, 401)
    assert.equal((await susan.get(`/api/posts/${root}`)).json.replyCount, 0)
    await db.transaction(async tx => {
      tx.invalidates(`person:${site.ids.david}`)
      await tx.update(users).set({ closedAt: null }).where(eq(users.id, site.ids.david))
    })
  })

  it('to others are no part of somebody’s posts, but a list of their own', async () => {
    const other = await openSite()
    const [hers, his] = [await programOf(other, 'susan'), await programOf(other, 'john')]
    const root = (await hers.post('/api/posts', { body: 'Hers' })).json.id
    const reply = (await his.post(`/api/posts/${root}/replies`, { body: 'To her' })).json.id
    const own = (await his.post('/api/posts', { body: 'His' })).json.id
    await his.post(`/api/posts/${own}/replies`, { body: 'To himself' })
    await his.post(`/api/posts/${reply}/replies`, { body: 'To her, again' })
    const of = async (list: string) => bodies((await hers.get(`/api/users/john/${list}`)).json.items)
    assert.deepEqual(await of('posts'), ['To himself', 'His'])
    assert.deepEqual(await of('replies'), ['To her, again', 'To her'])
    assert.equal((await hers.get('/api/users/nobody/replies')).status, 404)
    await other.close()
  })

  describe('and ETags', () => {
    it('let an author change a post that others have answered meanwhile, but not one that has changed', async () => {
      const root = await post('Before')
      const url = `/api/posts/${root}`
      const tag = String((await susan.get(url)).headers['etag'])
      await answer(john, root, 'An answer')
      const edited = await susan.put(url, { body: 'After' }, { 'if-match': tag })
      assert.equal(edited.status, 200)
      for (const [method, body] of [
        ['PUT', { body: 'Again' }],
        ['DELETE', undefined],
      ] as const) {
        const headers = { 'if-match': tag }
        assert.equal((await susan.ask({ method, url, payload: body, headers })).status, 412, method)
      }
      const compressed = String(edited.headers['etag']).replace(/"$/, '-br"')
      await answer(mary, root, 'Another')
      assert.equal((await susan.delete(url, { 'if-match': `"x", ${compressed}` })).status, 204)
    })

    it('let an author change a quote whose other post was edited, or taken out of it, meanwhile', async () => {
      const theirs = await post('Hers')
      const quote = (await john.post('/api/posts', { body: 'Look', quotedId: theirs })).json.id
      const url = `/api/posts/${quote}`
      for (const change of [
        () => susan.put(`/api/posts/${theirs}`, { body: 'Hers, in other words' }),
        () => susan.delete(`${url}/quote`),
      ]) {
        const headers = { 'if-match': String((await john.get(url)).headers['etag']) }
        await change()
        assert.notEqual((await john.get(url)).headers['etag'], headers['if-match'])
        assert.equal((await john.put(url, { body: 'Look here' }, headers)).status, 200)
      }
    })

    it('tell readers of another count', async () => {
      const root = await post()
      const url = `/api/posts/${root}`
      const tag = String((await mary.get(url)).headers['etag'])
      assert.equal((await mary.get(url, { 'if-none-match': tag })).status, 304)
      await answer(john, root, 'An answer')
      const answered = await mary.get(url, { 'if-none-match': tag })
      assert.deepEqual([answered.status, answered.json.replyCount], [200, 1])
    })
  })

  it('are limited like posts', async () => {
    const strict = await openSite({ RATE_LIMITS: 'on' })
    const program = await programOf(strict, 'susan')
    const [root] = await strict.write('susan', ['Tea?'])
    const { db, rateLimits } = strict.app
    await db.transaction(async tx => {
      for (let n = 1; n < postingLimit.burst; n++)
        await rateLimits.consume(tx, postingLimit, strict.ids.susan)
    })
    const send = () => program.post(`/api/posts/${root}/replies`, { body: 'x' })
    assert.deepEqual([(await send()).status, (await send()).status], [201, 429])
    await strict.close()
  })
})
