import assert from 'node:assert/strict'
import { once } from 'node:events'
import { globSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { root as projectRoot } from '../config.ts'
import { DatabaseUnavailable } from '../database/errors.ts'
import { newToken } from '../security/tokens.ts'
import { saveSettings } from '../settings/queries.ts'
import { openSite, type Site } from '../testing/site.ts'
import { memoize } from '../text/memoize.ts'
import { Problem } from './errors.ts'

describe('the plugins of every request', () => {
  let site: Site
  before(async () => {
    site = await openSite()
  })
  after(() => site.close())
  const post = (headers: Record<string, string>) =>
    site.visitor().post('/settings/theme', { theme: 'dark' }, headers)

  it('sends a strict policy with every response', async () => {
    for (const path of ['/', '/nothing', '/livez']) {
      const { headers } = await site.visitor().get(path)
      const policy = String(headers['content-security-policy'])
        .split(';')
        .map(part => part.trim())
      assert.deepEqual(policy, [
        "default-src 'self'",
        "img-src 'self' data:",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "object-src 'none'",
      ])
      assert.equal(headers['referrer-policy'], 'same-origin')
      assert.equal(headers['x-content-type-options'], 'nosniff')
      assert.equal(headers['strict-transport-security'], undefined, 'no HSTS without https')
    }
  })

  it('sends no inline script, style or handler', async () => {
    const susan = await site.signedIn('susan')
    await site.write('susan', ['#hello @john https://example.org'])
    for (const path of [
      '/',
      '/explore',
      '/@susan',
      '/posts/1',
      '/posts/new',
      '/settings/profile',
      '/settings/appearance',
      '/nothing',
    ]) {
      const { text } = await susan.get(path)
      assert.doesNotMatch(text, /<script(?![^>]* src=)|<style|\sstyle=|\son\w+=|javascript:/i, path)
    }
  })

  it('accepts writes from the site’s own pages and from no page', async () => {
    const own = [
      { 'sec-fetch-site': 'same-origin' },
      { 'sec-fetch-site': 'none' },
      { 'sec-fetch-site': '', origin: 'http://localhost:80', host: 'localhost:80' },
    ]
    assert.equal((await post(own[0] as never)).status, 303)
    assert.equal((await post(own[1] as never)).status, 303)
    const plain = await site.visitor().ask({
      method: 'POST',
      url: '/sign-out',
      headers: { origin: 'http://10.0.0.5:3000', host: '10.0.0.5:3000' },
    })
    assert.equal(plain.status, 303)
    assert.equal((await site.visitor().ask({ method: 'POST', url: '/sign-out' })).status, 303)
  })

  it('holds Origin against PUBLIC_URL, with its scheme and port', async () => {
    const other = await openSite({ PUBLIC_URL: 'https://social.example.org' })
    const host = 'social.example.org'
    for (const [origin, status] of [
      ['https://social.example.org', 303],
      ['http://social.example.org', 403],
      ['https://social.example.org:8443', 403],
      ['https://www.social.example.org', 403],
      ['null', 403],
    ] as const) {
      const headers = { origin, host }
      const answer = await other.visitor().ask({ method: 'POST', url: '/sign-out', headers })
      assert.equal(answer.status, status, origin)
    }
    const renamed = { origin: 'https://evil.example', host: 'evil.example' }
    const answer = await other.visitor().ask({ method: 'POST', url: '/sign-out', headers: renamed })
    assert.equal(answer.status, 403, 'a name that leads here is not ours')
    await other.close()
  })

  it('keeps no long header in memory', () => {
    const computed: string[] = []
    const shout = memoize((text: string) => (computed.push(text), text.toUpperCase()), String)
    const long = 'en,'.repeat(5_000)
    for (const text of ['es', 'es', long, long]) assert.equal(shout(text), text.toUpperCase())
    assert.deepEqual(computed, ['es', long, long])
  })

  it('refuses writes from another site’s page', async () => {
    for (const site of ['cross-site', 'same-site', 'nonsense'])
      assert.equal((await post({ 'sec-fetch-site': site })).status, 403)
    for (const origin of ['https://evil.example', 'null', 'http://localhost.evil.example', '']) {
      const answer = await site.visitor().ask({ method: 'POST', url: '/sign-out', headers: { origin } })
      assert.equal(answer.status, 403, origin)
    }
  })

  it('answers people with a page and clients with problem details, the same status in both', async () => {
    for (const [url, status] of [
      ['/nothing', 404],
      ['/@nobody', 404],
      ['/explore?before=x', 400],
      ['/%zz', 404],
      ['/%ff', 404],
    ] as const) {
      const page = await site.visitor().get(url)
      assert.equal(page.status, status)
      assert.match(String(page.headers['content-type']), /^text\/html/)
      assert.ok(page.page.querySelector('h1'))
      const problem = await site.visitor().get(url, { accept: 'application/json' })
      assert.equal(problem.status, status)
      assert.match(String(problem.headers['content-type']), /^application\/problem\+json/)
      const body = problem.json()
      assert.equal(body['status'], status)
      assert.ok(body['title'] && body['detail'] && /^[0-9a-f-]{36}$/.test(String(body['requestId'])))
    }
  })

  it('limits what may be sent', async () => {
    const susan = await site.signedIn('susan')
    const large = await susan.post('/posts', { body: 'x'.repeat(70_000) })
    assert.equal(large.status, 413)
    const many = (count: number) =>
      susan.ask({
        method: 'POST',
        url: '/posts',
        payload: `body=hello${'&a='.repeat(count - 1)}`,
        headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' },
      })
    assert.equal((await many(32_000 / 2)).status, 413)
    assert.equal((await many(251)).status, 413)
    assert.equal((await many(250)).status, 303)
    const signUp = await site.app.inject({
      method: 'POST',
      url: '/api/users',
      payload: Array.from({ length: 5_000 }, (_, n) => `f${n}=`).join('&'),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
    assert.equal(signUp.statusCode, 413)
    assert.ok(large.page.querySelector('h1'))
    const claimed = await site.visitor().ask({
      method: 'POST',
      url: '/sign-in',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'content-length': '1073741824' },
    })
    assert.ok([400, 413].includes(claimed.status))
    for (const type of [
      'application/json',
      'text/plain',
      'multipart/form-data; boundary=x',
      'application/xml',
      'x',
    ]) {
      const answer = await susan.ask({
        method: 'POST',
        url: '/messages/@john',
        payload: '{"body":"hi"}',
        headers: { 'content-type': type },
      })
      assert.equal(answer.status, 415, type)
    }
  })

  it('answers bodies that are not forms', async () => {
    const susan = await site.signedIn('susan')
    for (const payload of [
      '',
      '%',
      '%zz=%ff',
      'body',
      'body[]=x&body[a]=y',
      '__proto__=x&constructor=y',
      '&&&===',
      'body=%ED%A0%80',
    ]) {
      const answer = await susan.ask({
        method: 'POST',
        url: '/posts',
        payload,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      })
      assert.ok([303, 422].includes(answer.status), `${payload}: ${answer.status}`)
    }
  })

  for (const path of [
    '/user/../posts/new',
    '/../../etc/passwd',
    '/assets/../app.db',
    '/assets/x/../../app/config.ts',
    '/%2e%2e/app.db',
    '/assets/%2e%2e%2fapp.db',
    '//evil.example/',
    '/@susan/../../app.db',
  ]) {
    it(`serves nothing at ${path}`, async () => {
      const { status, text } = await site.visitor().get(path)
      assert.ok([303, 404].includes(status), String(status))
      assert.doesNotMatch(text, /root:|SQLite format|import /)
    })
  }

  it('redirects visitors to sign-in on every private page, and back', async () => {
    for (const path of [
      '/posts/new',
      '/posts/1/edit',
      '/posts/1/delete',
      '/settings',
      '/settings/profile',
      '/settings/appearance',
    ]) {
      const { status, location } = await site.visitor().get(path)
      assert.equal(status, 303)
      assert.equal(location, `/sign-in?next=${encodeURIComponent(path)}`)
    }
    for (const path of [
      '/posts',
      '/posts/1',
      '/posts/1/delete',
      '/settings/profile',
      '/@john/follow',
      '/@john/follow/delete',
    ]) {
      assert.equal((await site.visitor().post(path, {})).status, 401, path)
    }
  })

  it('says what was written in any script, compressed or not', async () => {
    const words = 'Ñandú · “čaj” 春の海 שלום 🐈\u200d⬛ \u{1d518} \u0085 & <b>'
    await site.write('susan', [words])
    const url = '/@susan'
    const decompress = { br: brotliDecompressSync, gzip: gunzipSync, identity: (body: Buffer) => body }
    for (const [encoding, read] of Object.entries(decompress)) {
      const headers = { 'accept-encoding': encoding, 'accept-language': 'es' }
      const { rawPayload } = await site.app.inject({ url, headers })
      const page = new TextDecoder('utf-8', { fatal: true }).decode(read(rawPayload))
      const written = words.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')
      for (const part of [written, '⁂', 'Español', 'sesión'])
        assert.ok(page.includes(part), `${encoding}: ${part}`)
    }
  })

  it('takes as it is only what a template has made', async () => {
    const pages = globSync('views/**/*.eta', { cwd: projectRoot, exclude: ['views/exports/archive/**'] })
    for (const file of pages) {
      const template = await readFile(path.join(projectRoot, file), 'utf8')
      for (const [, raw = ''] of template.matchAll(/<%~([\s\S]*?)%>/g))
        assert.match(raw, /^ (include\('|include\(it\.|it\.icon\(|it\.body )/, file)
    }
  })

  it('uses the browser’s language, then the chosen one', async () => {
    const visitor = site.visitor()
    const languageOf = async (accepted: string) =>
      (await visitor.get('/', { 'accept-language': accepted })).page
        .querySelector('html')
        ?.getAttribute('lang')
    assert.equal(await languageOf('es-MX,es;q=0.9,en;q=0.8'), 'es')
    assert.equal(await languageOf('fr,de;q=0.5'), 'en')
    assert.equal(await languageOf('*'), 'en')
    assert.equal(await languageOf(';;;=,q'), 'en')
    assert.equal(
      (await visitor.post('/settings/language', { language: 'es', next: '/explore' })).location,
      '/explore',
    )
    assert.equal(await languageOf('en'), 'es')
    const susan = await site.signedIn('susan')
    await susan.post('/settings/language', { language: 'es' })
    const elsewhere = await site.signedIn('susan')
    assert.equal(
      (await elsewhere.get('/')).page.querySelector('html')?.getAttribute('lang'),
      'es',
      'remembered with the account',
    )
    await susan.post('/settings/language', { language: 'en' })
  })

  it('shows times in a visitor’s zone, whatever the cookie says, and in UTC without one', async () => {
    const [id] = await site.write('john', ['evening'], new Date('2026-11-20T16:30:00Z'))
    const visitor = site.visitor()
    const timeOf = async () =>
      (await visitor.get(`/posts/${id}`)).page.querySelector('article time')?.text.replace(/\s(?=[AP]M)/, ' ')
    const asksZone = async () => (await visitor.get('/explore')).page.querySelector('browser-zone') !== null
    assert.deepEqual([await timeOf(), await asksZone()], ['November 20, 2026 at 4:30 PM UTC', true])
    const chosen = await visitor.post('/settings/time-zone', { timeZone: 'Asia/Tokyo', next: '/explore' })
    assert.equal(chosen.location, '/explore')
    assert.deepEqual([await timeOf(), await asksZone()], ['November 21, 2026 at 1:30 AM', false])
    const script = { accept: 'application/json' }
    const quiet = await visitor.post('/settings/time-zone', { timeZone: 'Asia/Tokyo' }, script)
    assert.deepEqual([quiet.status, quiet.text], [204, ''])
    for (const bad of ['Mars/Olympus', '"><script>', '%00', '%E0%A4%A', 'x'.repeat(3_000)]) {
      visitor.cookies.set('time_zone', bad)
      assert.equal(await timeOf(), 'November 20, 2026 at 4:30 PM UTC', bad)
    }
    for (const timeZone of ['Mars/Olympus', '+05:30']) {
      const answer = await visitor.post('/settings/time-zone', { timeZone })
      assert.equal(answer.status, 422)
      assert.match(answer.text, /There’s no such time zone/)
    }
    assert.equal((await visitor.post('/settings/time-zone', {})).status, 400)
  })

  it('keeps the zone with the account: told once by the browser, chosen in the settings', async () => {
    const susan = await site.signedIn('susan')
    susan.cookies.set('time_zone', 'Asia/Tokyo')
    const page = await susan.get('/settings/appearance')
    assert.ok(page.page.querySelector('browser-zone'), 'the cookie’s is not yet the account’s')
    assert.ok(page.page.querySelector('script[src*="browser-zone"]'))
    await susan.post('/settings/time-zone', { timeZone: 'America/New_York', next: '/settings/appearance' })
    const elsewhere = await site.signedIn('susan')
    const { page: settings } = await elsewhere.get('/settings/appearance')
    assert.equal(settings.querySelector('html')?.getAttribute('data-time-zone'), 'America/New_York')
    assert.equal(settings.querySelector('option[selected]')?.getAttribute('value'), 'America/New_York')
    assert.equal(settings.querySelector('browser-zone'), null)
    for (const [stored, shown] of [
      ['Asia/Kolkata', 'Asia/Calcutta'],
      ['Etc/GMT+5', 'Etc/GMT+5'],
    ] as const) {
      // As an import stores it.
      await site.app.db.transaction(tx => saveSettings(tx, site.ids.susan, { timeZone: stored }))
      const { page } = await susan.get('/settings/appearance')
      assert.equal(page.querySelector('option[selected]')?.getAttribute('value'), shown)
    }
    await susan.post('/settings/time-zone', { timeZone: '', next: '/settings/appearance' })
    assert.ok((await susan.get('/settings/appearance')).page.querySelector('browser-zone'))
  })

  it('remembers the theme', async () => {
    const visitor = site.visitor()
    await visitor.post('/settings/theme', { theme: 'dark' })
    assert.equal((await visitor.get('/')).page.querySelector('html')?.getAttribute('data-theme'), 'dark')
    visitor.cookies.set('theme', '"><script>')
    assert.equal((await visitor.get('/')).page.querySelector('html')?.getAttribute('data-theme'), 'auto')
    for (const [path, form] of [
      ['theme', { theme: 'pink' }],
      ['theme', {}],
      ['language', { language: 'tlh' }],
    ] as const) {
      assert.equal((await visitor.post(`/settings/${path}`, form as never)).status, 400)
    }
  })

  it('drops an invalid flash', async () => {
    for (const flash of [
      'x',
      '{"key":"posts.nothing"}',
      '{"key":"accounts.welcome"}',
      '{"key":"__proto__.x"}',
      '{"key":"posts.saved","note":1}',
      '{"key":"posts.saved","note":{"key":"x.y","names":{},"href":1}}',
      'null',
      '[]',
    ]) {
      const visitor = site.visitor()
      visitor.cookies.set('flash', encodeURIComponent(flash))
      const { status, page } = await visitor.get('/')
      assert.equal(status, 200, flash)
      assert.doesNotMatch(page.querySelector('[role=status]')?.text ?? '', /\{|undefined/)
    }
    const note = { key: 'mentions.unknown', names: ['@x'], href: '//evil.example', label: 'posts.edit_title' }
    const visitor = site.visitor()
    visitor.cookies.set('flash', encodeURIComponent(JSON.stringify({ key: 'posts.saved', note })))
    const { page } = await visitor.get('/')
    assert.equal(page.querySelector('.flash a')?.getAttribute('href'), '/')
  })

  it('serves assets for a year under a digest, and nothing outside them', async () => {
    const { page } = await site.visitor().get('/')
    const href = page.querySelector('link[rel=stylesheet]')?.getAttribute('href') as string
    const css = await site.visitor().get(href)
    assert.match(String(css.headers['cache-control']), /max-age=31536000.*immutable/)
    assert.match(css.text, /^[^{]*@layer theme/)
    // Members' pages have a second one, after it.
    const [first, second] = (await (await site.signedIn('susan')).get('/')).page
      .querySelectorAll('link[rel=stylesheet]')
      .map(link => String(link.getAttribute('href')))
    assert.equal(first, href)
    assert.match((await site.visitor().get(String(second))).text, /^\s*@layer components/)
    const script = await site.visitor().get(page.querySelector('script')?.getAttribute('src') as string)
    assert.match(String(script.headers['cache-control']), /max-age=31536000.*immutable/)
    assert.match(String(script.headers['content-type']), /javascript/)
    assert.equal((await site.visitor().get(href.replace(/[0-9a-f]{12}/, '000000000000'))).status, 404)
  })

  it('compresses text assets where accepted, and sends ranges uncompressed', async () => {
    const stylesheet = site.app.asset('css/application.css')
    const members = site.app.asset('css/members.css')
    for (const url of [
      stylesheet,
      members,
      site.app.asset('js/live-stream.js'),
      site.app.asset('images/icon.svg'),
    ]) {
      const plain = await site.app.inject(url)
      for (const [encoding, decompress] of Object.entries({ br: brotliDecompressSync, gzip: gunzipSync })) {
        const headers = { 'accept-encoding': encoding }
        const packed = await site.app.inject({ url, headers })
        assert.equal(packed.headers['content-encoding'], encoding, url)
        assert.equal(packed.headers.vary, 'accept-encoding')
        assert.equal(Number(packed.headers['content-length']), packed.rawPayload.length)
        assert.deepEqual(decompress(packed.rawPayload), plain.rawPayload, url)
        const head = await site.app.inject({ method: 'HEAD', url, headers })
        assert.equal(head.headers['content-length'], packed.headers['content-length'], url)
      }
    }
    const url = site.app.asset('js/live-stream.js')
    const part = await site.app.inject({ url, headers: { range: 'bytes=0-9', 'accept-encoding': 'br' } })
    assert.deepEqual([part.statusCode, part.rawPayload.length], [206, 10])
    const icon = await site.app.inject({
      url: site.app.asset('images/favicon.ico'),
      headers: { 'accept-encoding': 'br' },
    })
    assert.equal(icon.headers['content-encoding'], undefined)
  })

  it('serves the files that crawlers request', async () => {
    const robots = await site.visitor().get('/robots.txt')
    assert.match(robots.text, /^User-agent: \*/)
    const manifest = await site.visitor().get('/manifest.webmanifest')
    for (const { src } of manifest.json()['icons'] as { src: string }[])
      assert.equal((await site.visitor().get(src)).status, 200, src)
    for (const path of ['/favicon.ico', '/livez', '/readyz'])
      assert.equal((await site.visitor().get(path)).status, 200, path)
  })
})

describe('internal errors', () => {
  it('are shown as 500 or 503 without internals, and logged', async () => {
    const lines: string[] = []
    const stream = { write: (line: string) => void lines.push(line) }
    const site = await openSite({}, { logger: { level: 'info', stream } as never })
    const { db } = site.app
    const fail = (error: Error) =>
      Object.assign(db, {
        select: () => {
          throw error
        },
      })
    const select = db.select
    fail(new Error('secret internals'))
    const broken = await site.visitor().get('/@susan/followers')
    const brokenDetails = await site.visitor().get('/@susan', { accept: 'application/json' })
    fail(new DatabaseUnavailable('away'))
    const away = await site.visitor().post('/sign-in', { identifier: 'susan', password: 'x' })
    Object.assign(db, { select })
    assert.equal(broken.status, 500)
    assert.ok(broken.page.querySelector('h1'))
    assert.ok(!broken.text.includes('secret internals') && !brokenDetails.text.includes('secret'))
    assert.equal(away.status, 503)
    assert.equal(away.headers['retry-after'], '5')
    assert.ok(
      lines.some(
        line => line.includes('secret internals') && line.includes(String(brokenDetails.json()['requestId'])),
      ),
    )
    await site.close()
  })

  it('have a page in both languages for every status', async () => {
    const config = { public: true }
    const other = await openSite(
      {},
      {
        routes: async app =>
          void app.get('/broken/:status', { config }, ({ params }) => {
            throw new Problem(Number((params as { status: string }).status))
          }),
      },
    )
    for (const status of [400, 401, 403, 404, 413, 415, 422, 429, 500, 503]) {
      const [english, spanish] = await Promise.all(
        ['en', 'es'].map(language =>
          other.visitor().get(`/broken/${status}`, { 'accept-language': language }),
        ),
      )
      assert.equal(english?.status, status)
      const [heading, titulo] = [
        english?.page.querySelector('h1')?.text,
        spanish?.page.querySelector('h1')?.text,
      ]
      assert.ok(heading && titulo && heading !== titulo, `${status}: ${heading}`)
    }
    await other.close()
  })

  it('never log secrets', async () => {
    const lines: string[] = []
    const stream = { write: (line: string) => void lines.push(line) }
    const site = await openSite({}, { logger: { level: 'trace', stream } as never })
    const susan = await site.signedIn('susan')
    await susan.get('/posts/new?body=half-written')
    for (const folder of ['passwords', 'confirmations', 'recoveries', 'sign-in'])
      await susan.get(`/${folder}/${'a'.repeat(43)}`)
    const token = newToken()
    const encoded = [...token].map(letter => `%${letter.charCodeAt(0).toString(16)}`).join('')
    const paths = [
      `/passwords/${'a'.repeat(43)}`,
      `/confirmations/${token}`,
      `/confirmations/${encoded}`,
      `/%63onfirmations/${token}/`,
      `/Confirmations/${token}`,
      `//passwords/${token}`,
      `/passwords/${encoded}/more`,
      `/passwords/${encoded.replaceAll('%', '%25')}`,
      `/passwords/${token.slice(0, 20)}`,
      `/passwords/%zz${token}`,
      `/elsewhere/${token}`,
    ]
    // Encoded more often than any link.
    const nested = [`/elsewhere/${encoded.replaceAll('%', `%${'25'.repeat(30)}`)}`, `/%${'25'.repeat(7_000)}`]
    for (const path of [...paths, ...nested]) await susan.get(path)
    await susan.post(`/confirmations/${encoded}`)
    await susan.get('/@a_name_of_forty_three_letters_as_long_as_that')
    const log = lines.join('')
    assert.ok(lines.some(line => JSON.parse(line).path === '/posts/new' && JSON.parse(line).reqId))
    for (const secret of [
      'tea at the harbour',
      susan.cookies.get('session'),
      'half-written',
      'a'.repeat(43),
      token,
      token.slice(0, 20),
      encoded,
      encoded.replaceAll('%', '%25'),
      'cookie',
    ]) {
      assert.ok(!log.includes(String(secret)), String(secret))
    }
    assert.equal(lines.filter(line => JSON.parse(line).path === '…').length, nested.length)
    assert.ok(log.includes('/@a_name_of_forty_three_letters_as_long_as_that'), 'a name is no secret')
    await site.close()
  })

  it('are not what a broken upload is', async context => {
    const lines: string[] = []
    const stream = { write: (line: string) => void lines.push(line) }
    const site = await openSite({}, { logger: { level: 'info', stream } as never })
    context.after(() => site.close())
    await site.app.listen({ host: '127.0.0.1', port: 0 })
    const { port } = site.app.server.address() as AddressInfo
    lines.length = 0
    const head =
      'host: x\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 5000\r\n\r\nbody='
    for (const path of ['/sign-in', '/api/users']) {
      const socket = connect(port, '127.0.0.1')
      const arrived = once(site.app.server, 'request')
      socket.write(`POST ${path} HTTP/1.1\r\n${head}`)
      const [request] = (await arrived) as [IncomingMessage]
      // Its body is being read.
      await delay(20)
      socket.resetAndDestroy()
      await new Promise(resolve => request.on('close', resolve))
      await delay(20)
    }
    for (const line of lines) assert.ok(JSON.parse(line).level < 40, line)
  })
})

describe('the application', () => {
  it('can be built several times in a process, each on its own database', async () => {
    const [one, other] = await Promise.all([openSite({ SITE_NAME: 'One' }), openSite({ SITE_NAME: 'Other' })])
    await one.write('susan', ['only here'])
    assert.match((await one.visitor().get('/explore')).text, /only here/)
    assert.doesNotMatch((await other.visitor().get('/explore')).text, /only here/)
    assert.match((await other.visitor().get('/explore')).text, /<title>[^<]*Other/)
    await Promise.all([one.close(), other.close()])
  })
})

describe('unusual requests', () => {
  let site: Site
  before(async () => {
    site = await openSite()
  })
  after(() => site.close())

  it('are answered when a form has no body, type or fields', async () => {
    const susan = await site.signedIn('susan')
    for (const url of [
      '/sign-in',
      '/sign-up',
      '/posts',
      '/settings/profile',
      '/settings/theme',
      '/@john/follow',
    ]) {
      for (const form of [undefined, {}]) {
        const { status } = form ? await susan.post(url, form) : await susan.ask({ method: 'POST', url })
        assert.ok(status < 500, `${url}: ${status}`)
      }
    }
  })

  for (const path of [
    '/@a%00b',
    '/@a%00b/card',
    '/tags/a%00',
    '/tags/%0a',
    '/@%E2%80%AEsusan',
    '/posts/1%00',
  ]) {
    it(`are a 404 for ${path}`, async () => assert.equal((await site.visitor().get(path)).status, 404))
  }

  it('match a path regardless of its query', async () => {
    await site.write('susan', ['#té'])
    const { page } = await site.visitor().get('/tags/t%C3%A9?x=100%')
    assert.equal(page.querySelectorAll('article').length, 1)
  })

  it('are answered with JSON, for forms and sign-in, when they prefer it', async () => {
    const json = { accept: 'application/json' }
    const refused = await site.visitor().post('/sign-up', { username: 'a b' }, json)
    assert.equal(refused.status, 422)
    assert.match(String(refused.headers['content-type']), /problem\+json/)
    assert.deepEqual(Object.keys(refused.json()['errors'] as object).toSorted(), [
      'email',
      'password',
      'username',
    ])
    assert.equal((await site.visitor().get('/settings/profile', json)).status, 401)
    assert.equal((await site.visitor().post('/posts', { body: 'x' }, json)).json()['status'], 401)
  })

  it('keep the preferences and the return path at sign-up', async () => {
    const visitor = site.visitor()
    await visitor.post('/settings/theme', { theme: 'dark' })
    const asked = await visitor.post('/@susan/follow', { next: '/@susan' })
    assert.equal(asked.page.querySelector('main input[name=next]')?.getAttribute('value'), '/@susan')
    await visitor.post('/sign-up', {
      username: 'dark',
      email: 'dark@example.com',
      password: 'a quiet harbour',
    })
    assert.equal((await visitor.get('/')).page.querySelector('html')?.getAttribute('data-theme'), 'dark')
  })

  it('set only Secure and __Host- cookies under https', async () => {
    const secure = await openSite({ PUBLIC_URL: 'https://social.example.org' })
    const susan = await secure.signedIn('susan')
    for (const [url, form] of [
      ['/posts', { body: 'x' }],
      ['/settings/theme', { theme: 'dark' }],
      ['/sign-out', {}],
    ] as const) {
      const cookies = [(await susan.post(url, { ...form })).headers['set-cookie']].flat()
      for (const cookie of cookies)
        assert.match(String(cookie), /^__Host-\w+=.*; Path=\/.*; HttpOnly; Secure; SameSite=Lax/)
      assert.ok(cookies.length > 0)
    }
    await secure.close()
  })
})
