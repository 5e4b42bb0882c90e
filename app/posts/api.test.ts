import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { closeAccount } from '../accounts/closure-queries.ts'
import { posts, users } from '../database/schema.ts'
import { eq } from '../database/sql.ts'
import { type ApiClient, programOf } from '../testing/api.ts'
import { openSite, type Site } from '../testing/site.ts'

describe('posts by the API', () => {
  let site: Site
  let susan: ApiClient
  before(async () => {
    site = await openSite({ PUBLIC_URL: 'https://harbour.example' })
    susan = await programOf(site, 'susan')
  })
  after(() => site.close())

  it('are published like those of the page, and answered as they are', async () => {
    const body = '  Tea with @JOHN and @nobody? #Té https://example.org/a\r\n😀  '
    const { status, json, headers } = await susan.post('/api/posts', { body })
    assert.equal(status, 201)
    assert.equal(headers['location'], `/api/posts/${json.id}`)
    assert.equal(json.body, 'Tea with @JOHN and @nobody? #Té https://example.org/a\n😀')
    const shown = json.entities.map(({ kind, start, end, url }: never) => [
      kind,
      String(json.body).slice(start, end),
      url,
    ])
    assert.deepEqual(shown, [
      ['mention', '@JOHN', 'https://harbour.example/@john'],
      ['tag', '#Té', 'https://harbour.example/tags/t%C3%A9'],
      ['link', 'https://example.org/a', 'https://example.org/a'],
    ])
    assert.deepEqual(json.author, {
      id: site.ids.susan,
      username: 'susan',
      displayName: 'susan',
      avatar: null,
    })
    assert.deepEqual([json.editedAt, json.url], [null, `https://harbour.example/posts/${json.id}`])
    assert.deepEqual((await susan.get(`/api/posts/${json.id}`)).json, json)
    assert.equal(
      (await site.visitor().get(`/posts/${json.id}`)).page.querySelector('article .content')?.text,
      json.body,
    )
  })

  it('are in the language that is said, or in the one that is guessed', async () => {
    const said = await susan.post('/api/posts', { body: 'ok', language: 'es' })
    assert.equal(said.json.language, 'es')
    const guessed = await susan.post('/api/posts', {
      body: 'Das ist ein ganz gewöhnlicher Satz auf Deutsch.',
    })
    assert.equal(guessed.json.language, 'de')
    const wrong = await susan.post('/api/posts', { body: ' ', language: 'tlh' })
    assert.deepEqual(
      wrong.json.errors.map(({ pointer }: never) => pointer),
      ['#/body', '#/language'],
    )
    assert.equal((await susan.post('/api/posts', { body: 'ok', language: 5 })).status, 422)
  })

  it('are not published by somebody whose account was closed while they were sent', async () => {
    const leaver = await programOf(site, 'david')
    const { db } = site.app
    const { transaction } = db
    db.transaction = async work => {
      db.transaction = transaction
      await transaction(tx => closeAccount(tx, site.ids.david, new Date()))
      return transaction(work)
    }
    const sent = await leaver.post('/api/posts', { body: 'My last words' })
    assert.equal(sent.status, 401)
    assert.match(String(sent.headers['www-authenticate']), /error="invalid_token"/)
    assert.equal(await db.$count(posts, eq(posts.body, 'My last words')), 0)
  })

  it('are edited, once the words are others', async () => {
    const { json } = await susan.post('/api/posts', { body: 'Before #old' })
    const url = `/api/posts/${json.id}`
    const same = await susan.put(url, { body: 'Before #old', language: json.language ?? undefined })
    assert.equal(same.json.editedAt, null)
    const edited = await susan.put(url, { body: 'After #new' })
    assert.ok(Date.parse(edited.json.editedAt) > 0)
    assert.equal((await susan.get('/api/tags/old/posts')).json.items.length, 0)
    assert.equal((await susan.get('/api/tags/NEW/posts')).json.items[0].body, 'After #new')
    assert.equal((await susan.put(url, { body: 'x'.repeat(141) })).status, 422)
  })

  it('say who may reply and quote, and what they warn of; an edit keeps what it does not name', async () => {
    const body = 'The ending of the film'
    const options = {
      repliesFrom: 'mentioned',
      quotesFrom: 'nobody',
      contentWarning: ' Spoilers,\n  big ones ',
    }
    const { status, json } = await susan.post('/api/posts', { body, ...options })
    const chosen = (post: Record<string, unknown>) => [
      post['repliesFrom'],
      post['quotesFrom'],
      post['contentWarning'],
    ]
    assert.deepEqual([status, ...chosen(json)], [201, 'mentioned', 'nobody', 'Spoilers, big ones'])
    const url = `/api/posts/${json.id}`
    const kept = (await susan.put(url, { body })).json
    assert.deepEqual([...chosen(kept), kept.editedAt], [...chosen(json), null])
    const opened = (await susan.put(url, { body, repliesFrom: 'everyone', quotesFrom: 'following' })).json
    assert.deepEqual([...chosen(opened), opened.editedAt], ['everyone', 'following', chosen(json)[2], null])
    const unfolded = (await susan.put(url, { body, contentWarning: null })).json
    assert.equal(unfolded.contentWarning, null)
    assert.ok(unfolded.editedAt, 'readers see something else')
    await site.app.db.transaction(tx =>
      tx.update(users).set({ quotesFrom: 'following' }).where(eq(users.id, site.ids.susan)),
    )
    assert.deepEqual(chosen((await susan.post('/api/posts', { body })).json), ['everyone', 'following', null])
    for (const [field, value] of [
      ['repliesFrom', 'friends'],
      ['repliesFrom', ''],
      ['quotesFrom', 'mentioned'],
      ['quotesFrom', 5],
      ['contentWarning', 'x'.repeat(101)],
      ['contentWarning', 5],
    ] as const) {
      const refused = await susan.post('/api/posts', { body, [field]: value })
      assert.deepEqual(
        [refused.status, refused.json.errors?.map(({ pointer }: never) => pointer)],
        [422, [`#/${field}`]],
        String(value),
      )
      assert.equal((await susan.put(url, { body, [field]: value })).status, 422)
    }
    for (const contentWarning of ['', ' \u200b ', null])
      assert.equal((await susan.post('/api/posts', { body, contentWarning })).json.contentWarning, null)
    assert.equal((await susan.post('/api/posts', { body, contentWarning: '😀'.repeat(100) })).status, 201)
  })

  it('are deleted once, and then gone', async () => {
    const { json } = await susan.post('/api/posts', { body: 'Away with it.' })
    assert.equal((await susan.delete(`/api/posts/${json.id}`)).status, 204)
    for (const answer of [
      await susan.delete(`/api/posts/${json.id}`),
      await susan.get(`/api/posts/${json.id}`),
    ])
      assert.equal(answer.status, 404)
  })

  it('are limited as on the page', async () => {
    const strict = await openSite({ RATE_LIMITS: 'on' })
    const program = await programOf(strict, 'susan')
    const statuses = []
    for (let n = 0; n < 31; n++)
      statuses.push((await program.post('/api/posts', { body: `number ${n}` })).status)
    assert.deepEqual([statuses[29], statuses[30]], [201, 429])
    await strict.close()
  })
})
