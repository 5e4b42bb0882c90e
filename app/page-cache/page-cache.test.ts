import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import postgres from 'postgres'
import { engine } from '../database/engine.ts'
import { openDatabase } from '../database/open.ts'
import { unfollow } from '../follows/queries.ts'
import { editPost } from '../posts/queries.ts'
import { saveSettings } from '../settings/queries.ts'
import { eventually } from '../testing/eventually.ts'
import { openSite, type Site } from '../testing/site.ts'
import { cachedReads, Freshness } from './freshness.ts'

describe('the page cache', () => {
  let site: Site
  let post: number
  before(async () => {
    site = await openSite()
    post = (await site.write('john', ['the first words']))[0] as number
  })
  after(() => site.close())

  /** Requests the page twice and counts the statements of the second request. */
  async function statementsOfSecond(path: string): Promise<number> {
    const susan = await site.signedIn('susan')
    await susan.get('/explore')
    await susan.get(path)
    site.statements.length = 0
    assert.equal((await susan.get(path)).status, 200)
    return site.statements.length
  }

  it('needs no query while nothing is written', async () => {
    // Caching starts when the process is listening.
    for (const path of ['/', '/explore', '/@john', `/posts/${post}`, '/@john/followers'])
      await eventually(async () => (await statementsOfSecond(path)) === 0)
  })

  it('answers 304 to a browser that has the page, without a query', async () => {
    let etag = ''
    await eventually(async () => {
      etag = String((await site.app.inject({ url: '/explore' })).headers.etag)
      site.statements.length = 0
      const again = await site.app.inject({ url: '/explore', headers: { 'if-none-match': etag } })
      if (again.statusCode !== 304) return false
      assert.equal(again.body, '')
      assert.equal(again.headers.etag, etag)
      return site.statements.length === 0
    })
    const inSpanish = { 'if-none-match': etag, 'accept-language': 'es' }
    assert.equal((await site.app.inject({ url: '/explore', headers: inSpanish })).statusCode, 200)
  })

  it('sends the page with the encoding that the browser accepts', async () => {
    const decoders = { br: brotliDecompressSync, gzip: gunzipSync, identity: (body: Buffer) => body }
    const pages = new Set<string>()
    for (const [encoding, decode] of [...Object.entries(decoders), ...Object.entries(decoders)]) {
      const answer = await site.app.inject({ url: '/explore', headers: { 'accept-encoding': encoding } })
      assert.equal(answer.headers['content-encoding'] ?? 'identity', encoding)
      pages.add(decode(answer.rawPayload).toString())
    }
    assert.equal(pages.size, 1)
    assert.match([...pages][0] ?? '', /the first words/)
  })

  it('shows an edit, a rename, an unfollow, a language and a theme at once', async () => {
    const susan = await site.signedIn('susan')
    await susan.post('/@john/follow')
    await susan.get('/')
    assert.match((await susan.get('/')).text, /the first words/)
    const john = await site.signedIn('john')
    await john.post(`/posts/${post}`, { body: 'other words' })
    assert.match((await susan.get('/')).text, /other words/)
    await john.post('/settings/profile', { displayName: 'Johnny', about: '' })
    assert.match((await susan.get('/')).text, /Johnny/)
    await susan.post('/settings/language', { language: 'es' })
    assert.match((await susan.get('/')).text, /<html lang="es"/)
    await susan.post('/settings/theme', { theme: 'dark' })
    assert.match((await susan.get('/')).text, /data-theme="dark"/)
    await susan.post('/settings/time-zone', { timeZone: 'Asia/Tokyo' })
    assert.match((await susan.get('/')).text, /data-time-zone="Asia\/Tokyo"/)
    await susan.post('/@john/follow/delete')
    await susan.get('/')
    assert.doesNotMatch((await susan.get('/')).text, /other words/)
  })

  it('shows what another process wrote as soon as its notification arrives', async () => {
    const other = await openDatabase(site.config.database)
    const susan = await site.signedIn('susan')
    const { john, susan: me } = site.ids
    const own = { id: post, userId: john, language: 'en' }
    const shows = (path: string, words: RegExp) =>
      eventually(async () => words.test((await susan.get(path)).text))
    for (const body of ['from elsewhere', 'once more']) {
      await susan.get('/explore')
      await other.transaction(tx => editPost(tx, { ...own, body }, new Date()))
      await shows('/explore', new RegExp(body))
    }
    await other.transaction(tx => saveSettings(tx, john, { displayName: 'Jack' }))
    await shows('/@john', /Jack/)
    await other.transaction(tx => unfollow(tx, me, john))
    await shows('/@john', /action="\/@john\/follow"/)
    await other.close()
  })

  it('is separate for each zone', async () => {
    const visitor = site.visitor()
    const zones = ['Asia/Tokyo', 'Europe/Madrid', 'Asia/Tokyo']
    const shown: (string | undefined)[] = []
    for (const zone of zones) {
      visitor.cookies.set('time_zone', encodeURIComponent(zone))
      shown.push((await visitor.get('/explore')).page.querySelector('html')?.getAttribute('data-time-zone'))
    }
    assert.deepEqual(shown, zones)
  })

  it('is separate for each viewer', async () => {
    const [susan, john] = [await site.signedIn('susan'), await site.signedIn('john')]
    const own = `/posts/${post}/edit`
    await john.get(`/posts/${post}`)
    assert.ok((await john.get(`/posts/${post}`)).text.includes(own))
    assert.ok(!(await susan.get(`/posts/${post}`)).text.includes(own))
    assert.ok(!(await site.visitor().get(`/posts/${post}`)).text.includes(own))
    await susan.post('/sign-out')
    await susan.get('/')
    assert.match((await susan.get('/')).text, /href="\/sign-in"/)
  })

  it('drops the badge of a mention together with the post that mentions', async () => {
    const susan = await site.signedIn('susan')
    const [mention] = await site.write('john', ['hello @susan'])
    const badge = async () =>
      (await susan.get('/explore')).page.querySelector('[data-badge=notifications]')?.hasAttribute('hidden')
    assert.equal(await badge(), false)
    const john = await site.signedIn('john')
    await john.post(`/posts/${mention}/delete`)
    assert.equal(await badge(), true)
  })

  it('shows a flash once', async () => {
    const susan = await site.signedIn('susan')
    await susan.get('/')
    const answer = await susan.post('/posts', { body: 'flash me' })
    assert.ok((await susan.follow(answer)).page.querySelector('[role=status] p'))
    assert.equal((await susan.get('/')).page.querySelector('[role=status] p'), null)
  })
})

describe('cached reads', () => {
  it('cache no misses, and the most recently used values', async () => {
    const cached = cachedReads<string, string>({ max: 3 })
    const request = { server: { db: {}, freshness: new Freshness() }, readAt: performance.now() + 1 }
    const reads: string[] = []
    const ask = (key: string, value: string | null) =>
      cached(request as never, { key, tags: () => [], read: async () => (reads.push(key), value) })
    for (const key of ['a', 'b', 'c']) await ask(key, key)
    for (let n = 0; n < 100; n++) await ask(`made up ${n}`, null)
    reads.length = 0
    for (const key of ['a', 'b', 'c', 'd', 'a']) await ask(key, key)
    assert.deepEqual(reads, ['d', 'a'])
  })
})

if (engine === 'postgresql')
  describe('a process that is not listening', () => {
    it('serves nothing from its cache, and caches again once it is listening', async () => {
      const site = await openSite()
      const { db } = site.app
      const url = new URL(site.config.database.engine === 'postgresql' ? site.config.database.url : '')
      const name = url.pathname.slice(1)
      url.pathname = '/postgres'
      const admin = postgres(url.href, { max: 1 })
      const other = await openDatabase(site.config.database)
      const [post] = await site.write('john', ['the first words'])
      const own = { id: Number(post), userId: site.ids.john, language: 'en' }
      const explore = async () => (await site.visitor().get('/explore')).text
      const isCached = async () => {
        site.statements.length = 0
        await explore()
        return site.statements.length === 0
      }
      await other.ping()
      await eventually(isCached)
      // New connections are refused, so that it cannot reconnect.
      await admin.unsafe(`alter database ${name} with allow_connections false`)
      await admin`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = ${name} and query ilike 'listen%'`
      await eventually(async () => !db.isListening())
      await other.transaction(tx => editPost(tx, { ...own, body: 'unheard words' }, new Date()))
      assert.match(await explore(), /unheard words/)
      assert.equal(await isCached(), false)
      await admin.unsafe(`alter database ${name} with allow_connections true`)
      await eventually(isCached, 20_000)
      assert.match(await explore(), /unheard words/)
      await Promise.all([other.close(), admin.end()])
      await site.close()
    })
  })
