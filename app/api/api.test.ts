import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { ApiClient, programOf } from '../testing/api.ts'
import { openSite, type Site } from '../testing/site.ts'

describe('what every request of the API passes', () => {
  let site: Site
  let susan: ApiClient
  let visitor: ApiClient
  before(async () => {
    site = await openSite()
    susan = await programOf(site, 'susan')
    visitor = new ApiClient(site.app)
  })
  after(() => site.close())
  const send = (payload: string | Buffer, type = 'application/json') =>
    susan.ask({ method: 'POST', url: '/api/posts', payload, headers: { 'content-type': type } })

  it('answers in JSON, without cookies, whoever asks', async () => {
    const answer = await visitor.get('/api/users/susan', { accept: '*/*', cookie: 'session=x; theme=dark' })
    assert.equal(answer.status, 200)
    assert.equal(answer.headers['set-cookie'], undefined)
    assert.match(String(answer.headers['content-security-policy']), /default-src 'self'/)
  })

  it('has nothing for whoever takes no JSON', async () => {
    assert.equal((await visitor.get('/api/users', { accept: 'text/html' })).status, 406)
    for (const accept of ['application/json', 'application/problem+json', 'text/html, */*;q=0.1', ''])
      assert.equal((await visitor.get('/api/users', { accept })).status, 200, accept)
  })

  it('says what is wrong in the language that is asked for', async () => {
    const inSpanish = await visitor.get('/api/nothing', { 'accept-language': 'es-MX' })
    assert.equal(inSpanish.json.detail, 'No hay nada en esta dirección.')
    assert.equal((await visitor.get('/api/nothing')).json.title, 'Not Found')
  })

  it('answers 404 for what is nowhere, and 405 for what an address does not know', async () => {
    for (const url of [
      '/api/nothing',
      '/api/posts/abc',
      '/api/posts/0',
      '/api/posts/9007199254740993',
      '/api/users/%00',
      '/api/users/no%20body',
      '/api/%ff',
    ])
      assert.equal((await visitor.get(url)).status, 404, url)
    const patched = await susan.patch('/api/users/susan', {})
    assert.equal(patched.status, 405)
    assert.equal(patched.headers['allow'], 'GET, HEAD')
    assert.equal((await visitor.delete('/api/users')).headers['allow'], 'POST, GET, HEAD')
    assert.equal((await visitor.ask({ method: 'OPTIONS', url: '/api/posts' })).status, 405)
    const before = await visitor.ask({
      method: 'PUT',
      url: '/api/posts',
      payload: 'x',
      headers: { 'content-type': 'text/plain' },
    })
    assert.equal(before.status, 405, 'whatever its body')
  })

  it('answers HEAD like GET, without the body', async () => {
    const answer = await site.app.inject({ method: 'HEAD', url: '/api/users/susan' })
    assert.equal(answer.statusCode, 200)
    assert.equal(answer.body, '')
    assert.ok(answer.headers.etag)
  })

  it('takes JSON alone', async () => {
    for (const type of [
      'text/plain',
      'application/xml',
      'multipart/form-data; boundary=x',
      'application/x-www-form-urlencoded',
      'x',
    ])
      assert.equal((await send('{"body":"hi"}', type)).status, 415, type)
    assert.equal((await send('{"body":"hi"}', 'application/json; charset=utf-8')).status, 201)
  })

  const broken = {
    'no JSON': ['{"body":', '{body:1}', 'body=hi', '{"body":"hi"},', '[1', '\u0000', '{"body":"a\u0000b"}'],
    'a name twice': ['{"body":"a","body":"b"}', '{"body":"x","a":{"b":1,"\\u0062":2}}'],
    'a name that objects have': [
      '{"body":"x","__proto__":{"admin":true}}',
      '{"body":"x","constructor":1}',
      '{"body":"x","a":[{"__proto__":1}]}',
      '{"body":"x","to\\u0053tring":1}',
    ],
  }
  for (const [what, payloads] of Object.entries(broken)) {
    it(`refuses ${what} with 400 and a sentence`, async () => {
      for (const payload of payloads) {
        const { status, json } = await send(payload)
        assert.equal(status, 400, payload)
        assert.match(json.detail, /\w+ \w+/)
      }
    })
  }

  it('refuses what is not UTF-8, too large, or far too deep', async () => {
    assert.equal((await send(Buffer.from('{"body":"\xff\xfe"}', 'latin1'))).status, 400)
    assert.equal((await send(JSON.stringify({ body: 'x'.repeat(70_000) }))).status, 413)
    assert.equal((await send(`{"body":${'['.repeat(30_000)}${']'.repeat(30_000)}}`)).status, 422)
    assert.equal((await send(`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`)).status, 422)
    const claimed = await site.app.inject({
      method: 'POST',
      url: '/api/posts',
      headers: { 'content-type': 'application/json', 'content-length': '1073741824' },
    })
    assert.ok([400, 401, 413].includes(claimed.statusCode))
  })

  it('says about every wrong field what is wrong with it, at once', async () => {
    const { status, json } = await visitor.post('/api/users', { username: 'a b', email: 5, extra: 1 })
    assert.equal(status, 422)
    const about = Object.fromEntries(json.errors.map(({ pointer, detail }: never) => [pointer, detail]))
    assert.deepEqual(Object.keys(about).toSorted(), ['#/email', '#/extra', '#/password', '#/username'])
    assert.equal(about['#/email'], 'This must be text.')
    assert.match(about['#/username'], /1 to 64 letters/)
    assert.match(about['#/password'], /at least 8 characters/)
  })

  for (const body of ['null', '[]', '"text"', '5', 'true', '', '[{"body":"x"}]']) {
    it(`refuses ${body || 'nothing'} in the place of an object`, async () => {
      const { status, json } = await send(body)
      assert.equal(status, 422)
      assert.deepEqual(json.errors, [{ pointer: '#', detail: 'The body must be a JSON object.' }])
    })
  }

  for (const body of [
    5,
    null,
    true,
    ['x'],
    { a: 1 },
    '',
    '  ',
    'a\u0000b',
    'a\u001bb',
    '\ud800',
    'x'.repeat(141),
  ]) {
    it(`refuses ${JSON.stringify(body).slice(0, 20)} as the words of a post`, async () => {
      const { status, json } = await susan.post('/api/posts', { body })
      assert.equal(status, 422)
      assert.equal(json.errors.length, 1)
      assert.equal(json.errors[0].pointer, '#/body')
    })
  }

  it('refuses parameters that cannot be right', async () => {
    for (const query of ['before=x', 'after=1', 'before=1-1&before=2-2', 'before=1-1%00', 'before[a]=1']) {
      const { status, json } = await visitor.get(`/api/posts?${query}`)
      if (query.startsWith('before[')) assert.equal(status, 200, 'an unknown parameter')
      else assert.deepEqual([status, json.errors.length], [400, 1], query)
    }
  })
})

describe('the answer that one has already', () => {
  let site: Site
  let susan: ApiClient
  before(async () => {
    site = await openSite()
    susan = await programOf(site, 'susan')
    await site.write(
      'susan',
      Array.from({ length: 30 }, (_, n) => `number ${n} ${'x'.repeat(90)}`),
    )
  })
  after(() => site.close())

  it('is not sent again', async () => {
    for (const url of [
      '/api/posts',
      '/api/posts/1',
      '/api/timelines/home',
      '/api/users/john',
      '/api/me',
      '/api/openapi.json',
    ]) {
      const first = await susan.get(url)
      const tag = String(first.headers['etag'])
      assert.match(tag, /^"[\w-]{22}(\.[\w-]{8})?"$/)
      for (const header of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
        const again = await susan.get(url, { 'if-none-match': header })
        assert.deepEqual([again.status, again.text, again.headers['etag']], [304, '', tag], url)
      }
      assert.equal((await susan.get(url, { 'if-none-match': '"other"' })).status, 200)
    }
  })

  it('is known by its tag also when it came compressed', async () => {
    const compressed = await site.app.inject({ url: '/api/posts', headers: { 'accept-encoding': 'br' } })
    assert.equal(compressed.headers['content-encoding'], 'br')
    assert.match(String(compressed.headers.etag), /-br"$/)
    const headers = { 'if-none-match': String(compressed.headers.etag) }
    assert.equal((await site.app.inject({ url: '/api/posts', headers })).statusCode, 304)
  })

  it('is not what somebody else gets', async () => {
    const { headers } = await susan.get('/api/users/john')
    await susan.put('/api/users/john/follow')
    assert.equal(
      (await susan.get('/api/users/john', { 'if-none-match': String(headers['etag']) })).status,
      200,
    )
    assert.match(String(headers['cache-control']), /private/)
    assert.match(String(headers['vary']), /Authorization/)
  })

  it('lets an edit say what it is an edit of', async () => {
    const { headers } = await susan.get('/api/posts/1')
    const tag = String(headers['etag'])
    const edited = await susan.put('/api/posts/1', { body: 'second' }, { 'if-match': tag })
    assert.equal(edited.status, 200)
    assert.equal((await susan.put('/api/posts/1', { body: 'lost' }, { 'if-match': tag })).status, 412)
    assert.equal((await susan.delete('/api/posts/1', { 'if-match': tag })).status, 412)
    assert.equal((await susan.get('/api/posts/1')).json.body, 'second')
    assert.equal(
      (await susan.delete('/api/posts/1', { 'if-match': String(edited.headers['etag']) })).status,
      204,
    )
    const again = await susan.get('/api/posts/2')
    const atOnce = await Promise.all(
      ['a', 'b', 'c', 'd'].map(body =>
        susan.put('/api/posts/2', { body }, { 'if-match': String(again.headers['etag']) }),
      ),
    )
    assert.deepEqual(atOnce.map(({ status }) => status).toSorted(), [200, 412, 412, 412])
    const me = await susan.get('/api/me')
    assert.equal(
      (await susan.patch('/api/me', { about: 'x' }, { 'if-match': String(me.headers['etag']) })).status,
      200,
    )
    assert.equal(
      (await susan.patch('/api/me', { about: 'y' }, { 'if-match': String(me.headers['etag']) })).status,
      412,
    )
    assert.equal((await susan.patch('/api/me', { about: 'y' }, { 'if-match': '*' })).status, 200)
  })
})

describe('the pages of a list', () => {
  let site: Site
  before(async () => {
    site = await openSite()
    await site.write(
      'susan',
      Array.from({ length: 60 }, (_, n) => `number ${n}`),
    )
  })
  after(() => site.close())

  it('are as long as is asked for, in every list, and their links keep it', async () => {
    const susan = await programOf(site, 'susan')
    const { paths } = (await susan.get('/api/openapi.json')).json
    const isList = ({ get }: { get?: { responses: Record<string, unknown> } }) =>
      JSON.stringify(get?.responses['200'] ?? '').includes('Links')
    const lists = Object.keys(paths).filter(path => isList(paths[path]))
    assert.ok(lists.length >= 12, String(lists))
    for (const path of lists) {
      const { parameters } = paths[path].get
      const limit = parameters.find(({ name }: { name: string }) => name === 'limit')
      assert.deepEqual([limit?.schema.minimum, limit?.schema.maximum], [1, 100], path)
      const url = path
        .replace('{username}', path.includes('conversations') ? 'john' : 'susan')
        .replace('{tag}', 'n')
        .replace('{id}', '1')
      const asked = path.includes('search') ? `${url}?q=number&` : `${url}?`
      for (const wrong of ['0', '101', '-1', '1.5', 'x', '', '99999999999999999999', '1&limit=2']) {
        const { status, json } = await susan.get(`${asked}limit=${wrong}`)
        assert.deepEqual([status, json.errors?.[0].parameter], [400, 'limit'], `${path} ${wrong}`)
      }
      assert.ok([200, 404].includes((await susan.get(`${asked}limit=100`)).status), path)
    }
  })

  it('of any length hold each entry once', async () => {
    const susan = await programOf(site, 'susan')
    for (const [url, sizes] of [
      ['/api/posts?limit=100', [60]],
      ['/api/timelines/home?limit=60', [60]],
      ['/api/users/susan/posts?limit=59', [59, 1]],
      ['/api/search/posts?q=number&limit=26', [26, 26, 8]],
      ['/api/posts?limit=7', [7, 7, 7, 7, 7, 7, 7, 7, 4]],
      ['/api/search/posts?q=number&order=best&limit=3', [3]],
      ['/api/users?limit=1', [1, 1, 1, 1]],
    ] as const) {
      const seen: number[] = []
      const counts: number[] = []
      let last = ''
      for (let next: string | null = url; next; ) {
        const { json } = await susan.get((last = next))
        counts.push(json.items.length)
        seen.push(...json.items.map(({ id }: { id: number }) => id))
        next = json.links.next
      }
      assert.deepEqual(counts, sizes, url)
      assert.equal(new Set(seen).size, seen.length, url)
      if (counts.length < 2) continue
      const { prev } = (await susan.get(last)).json.links
      assert.equal((await susan.get(prev)).json.items.length, sizes[0], `back from the end of ${url}`)
    }
    const page = await site.visitor().get('/explore?limit=1')
    assert.equal(page.page.querySelectorAll('article').length, 25, 'pages for people have their own length')
  })

  it('lead from one to the next and back, also by their Link header', async () => {
    const visitor = new ApiClient(site.app)
    for (const url of ['/api/posts', '/api/users/susan/posts']) {
      const seen: string[] = []
      let last = ''
      for (let next: string | null = url; next; ) {
        const { json, headers } = await visitor.get((last = next))
        seen.push(...json.items.map(({ body }: { body: string }) => body))
        next = json.links.next
        assert.equal(String(headers['link'] ?? '').includes(`<${next}>; rel="next"`), next !== null)
      }
      assert.deepEqual(
        seen,
        Array.from({ length: 60 }, (_, n) => `number ${59 - n}`),
      )
      const { json } = await visitor.get(last)
      assert.equal((await visitor.get(json.links.prev)).json.items.at(-1).body, 'number 10')
    }
    assert.deepEqual((await visitor.get('/api/posts?before=1-1')).json, {
      items: [],
      links: { next: null, prev: null },
    })
  })
})
