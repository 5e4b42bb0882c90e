import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { apiTokens, users } from '../database/schema.ts'
import { eq } from '../database/sql.ts'
import { ApiClient, programOf } from '../testing/api.ts'
import { eventually } from '../testing/eventually.ts'
import { openSite, password, type Site } from '../testing/site.ts'

const basic = (name: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`,
})

describe('tokens', () => {
  let site: Site
  let visitor: ApiClient
  before(async () => {
    site = await openSite()
    visitor = new ApiClient(site.app)
  })
  after(() => site.close())
  const tokens = () => site.app.db.select().from(apiTokens)

  it('are created with name and password, shown once and stored hashed', async () => {
    const { status, json, headers } = await visitor.post('/api/tokens', undefined, basic('susan', password))
    assert.equal(status, 201)
    assert.match(json.token, /^[\w-]{43}$/)
    assert.equal(headers['cache-control'], 'no-store')
    assert.equal(json.scope, 'write')
    assert.ok(!JSON.stringify(await tokens()).includes(json.token))
    assert.equal((await new ApiClient(site.app, json.token).get('/api/me')).json.username, 'susan')
  })

  it('are named, scoped and end when they are told to', async () => {
    const asked = { name: ' my script ', scope: 'read', expiresInDays: 30 }
    const { json } = await visitor.post('/api/tokens', asked, basic('susan@example.com', password))
    assert.deepEqual([json.name, json.scope], ['my script', 'read'])
    assert.equal(Math.round((Date.parse(json.expiresAt) - Date.now()) / 86_400_000), 30)
    const forever = await visitor.post('/api/tokens', { expiresInDays: null }, basic('@susan', password))
    assert.equal(forever.json.expiresAt, null)
    for (const wrong of [
      { name: '' },
      { name: ' ' },
      { name: 'x'.repeat(65) },
      { scope: 'admin' },
      { scope: null },
      { expiresInDays: 0 },
      { expiresInDays: 366 },
      { expiresInDays: '30' },
      { admin: true },
    ]) {
      const { status, json } = await visitor.post('/api/tokens', wrong, basic('susan', password))
      assert.deepEqual([status, json.errors.length], [422, 1], JSON.stringify(wrong))
    }
  })

  it('are for nobody who does not know the password', async () => {
    const wrong = [
      {},
      basic('susan', 'wrong'),
      basic('nobody', password),
      basic('', ''),
      basic('susan', 'x'.repeat(2_000)),
      { authorization: 'Basic' },
      { authorization: 'Basic %%%' },
      { authorization: `Basic ${Buffer.from('susan').toString('base64')}` },
      { authorization: `Basic ${Buffer.from([0xff, 0xfe, 0x3a, 0x00]).toString('base64')}` },
      { authorization: 'Bearer x' },
    ]
    for (const headers of wrong) {
      const answer = await visitor.post('/api/tokens', undefined, headers)
      assert.equal(answer.status, 401)
      assert.match(String(answer.headers['www-authenticate']), /^Basic realm=/)
    }
  })

  it('are revoked by whoever holds them, also by one that only reads', async () => {
    for (const scope of ['read', 'write'] as const) {
      const program = await programOf(site, 'john', scope)
      assert.equal((await program.delete('/api/tokens/current')).status, 204)
      assert.equal((await program.get('/api/me')).status, 401)
    }
  })

  it('are asked for where one is needed, in the words of RFC 6750', async () => {
    const without = await visitor.get('/api/me')
    assert.deepEqual([without.status, without.headers['www-authenticate']], [401, 'Bearer realm="api"'])
    for (const authorization of [
      'Bearer wrong',
      'Bearer',
      'Bearer a b',
      'Basic c3VzYW46eA==',
      'x',
      `Bearer ${'x'.repeat(5_000)}`,
    ]) {
      for (const url of ['/api/me', '/api/users', '/api/nothing']) {
        const answer = await visitor.get(url, { authorization })
        assert.equal(answer.status, 401, `${authorization} ${url}`)
        assert.match(String(answer.headers['www-authenticate']), /error="invalid_token"/)
      }
    }
  })

  it('that only read do not write', async () => {
    const program = await programOf(site, 'mary', 'read')
    const answer = await program.post('/api/posts', { body: 'hello' })
    assert.equal(answer.status, 403)
    assert.match(String(answer.headers['www-authenticate']), /error="insufficient_scope", scope="write"/)
  })

  it('work no more when they have expired or their account was closed', async () => {
    const program = await programOf(site, 'david')
    assert.equal((await program.get('/api/me')).status, 200)
    const change = (expiresAt: Date | null) =>
      site.app.db.transaction(async tx => {
        await tx.update(apiTokens).set({ expiresAt }).where(eq(apiTokens.userId, site.ids.david))
      })
    await change(new Date(Date.now() - 1))
    assert.equal((await program.get('/api/me')).status, 401)
    await change(null)
    await site.app.db.transaction(async tx => {
      await tx.update(users).set({ closedAt: new Date() }).where(eq(users.id, site.ids.david))
    })
    assert.equal((await program.get('/api/me')).status, 401)
  })

  it('remember when they were used, once in a while', async () => {
    const program = await programOf(site, 'mary')
    const lastUse = async () => {
      const found = await site.app.db.select().from(apiTokens).where(eq(apiTokens.userId, site.ids.mary))
      return found.at(-1)?.lastUsedAt
    }
    assert.equal(await lastUse(), null)
    await program.get('/api/me')
    await eventually(async () => (await lastUse()) !== null)
    const first = await lastUse()
    await program.get('/api/me')
    assert.deepEqual(await lastUse(), first)
  })

  it('are at most a hundred each', async () => {
    await site.app.db.transaction(async tx => {
      await tx.delete(apiTokens).where(eq(apiTokens.userId, site.ids.susan))
      const rows = Array.from({ length: 100 }, (_, n) => ({
        tokenHash: `x${n}`,
        expiresAt: n < 1 ? new Date(0) : null,
      }))
      const row = { userId: site.ids.susan, name: 'x', scope: 'read', createdAt: new Date() }
      await tx.insert(apiTokens).values(rows.map(one => ({ ...row, ...one })))
    })
    assert.equal(
      (await visitor.post('/api/tokens', {}, basic('susan', password))).status,
      201,
      'an expired one made room',
    )
    assert.equal((await visitor.post('/api/tokens', {}, basic('susan', password))).status, 422)
  })

  it('are nobody’s any more when their person has gone while the request was coming in', async () => {
    const david = await programOf(site, 'david')
    const payload = new PassThrough()
    const headers = { 'content-type': 'application/json' }
    const answer = david.ask({ method: 'PATCH', url: '/api/me', payload, headers })
    payload.write('{"about":')
    // The token was looked up when the head came; what follows is in its own time.
    await delay(100)
    await site.app.db.transaction(tx => tx.delete(users).where(eq(users.id, site.ids.david)))
    payload.end('"Likes tea."}')
    const { status, headers: answered } = await answer
    assert.equal(status, 401)
    assert.match(String(answered['www-authenticate']), /error="invalid_token"/)
  })
})

describe('the allowance of requests', () => {
  let site: Site
  before(async () => {
    site = await openSite({ RATE_LIMITS: 'on' })
  })
  after(() => site.close())

  it('ends with 429 and when to come back, for one caller and not for another', async () => {
    const susan = await programOf(site, 'susan')
    const john = await programOf(site, 'john')
    const statuses: number[] = []
    for (let asked = 0; asked < 400 && !statuses.includes(429); asked++)
      statuses.push((await susan.get('/api/me')).status)
    assert.equal(statuses.at(-1), 429)
    assert.ok(statuses.length > 300, `${statuses.length}`)
    const refused = await susan.get('/api/nothing')
    assert.equal(refused.status, 429)
    assert.ok(Number(refused.headers['retry-after']) >= 1)
    assert.match(refused.json.detail, /Try again in \d+ seconds?\./)
    assert.equal((await john.get('/api/me')).status, 200)
    assert.equal((await new ApiClient(site.app).get('/api/users')).status, 200)
  })

  it('writes once for many requests', async () => {
    const mary = await programOf(site, 'mary')
    await mary.get('/api/me')
    site.statements.length = 0
    for (let asked = 0; asked < 19; asked++) await mary.get('/api/me')
    assert.equal(site.statements.filter(sql => sql.includes('rate_limits')).length, 0)
  })

  it('counts wrong passwords like any attempt to sign in', async () => {
    const visitor = new ApiClient(site.app)
    const statuses = []
    for (let tried = 0; tried < 12; tried++)
      statuses.push((await visitor.post('/api/tokens', {}, basic('david', `wrong ${tried}`))).status)
    assert.equal(statuses[0], 401)
    assert.equal(statuses.at(-1), 429)
    assert.equal((await visitor.post('/api/tokens', {}, basic('david', password))).status, 429)
  })
})
