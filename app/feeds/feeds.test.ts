import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { closeAccount } from '../accounts/closure-queries.ts'
import { block } from '../blocks/queries.ts'
import { deletePost, editPost } from '../posts/queries.ts'
import { type Name, openSite, type Site } from '../testing/site.ts'

type Element = { name: string; attributes: Record<string, string>; children: Element[]; text: string }

const markup =
  /<\?xml version="1\.0" encoding="utf-8"\?>|<([\w:-]+)((?:\s+[\w:]+="[^"<]*")*)\s*(\/?)>|<\/([\w:-]+)>|([^<]+)/gy
const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }

/** Reads XML more strictly than the specification asks: no comments, sections or references but the five. */
function parseXml(xml: string): Element {
  assert.doesNotMatch(xml, /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]|\]\]>/u)
  const root: Element = { name: '', attributes: {}, children: [], text: '' }
  const open = [root]
  let read = 0
  for (const [whole, name, attributes = '', empty, end, text] of xml.matchAll(markup)) {
    read += whole.length
    const parent = open.at(-1) as Element
    if (text) parent.text += unescaped(text)
    if (end) assert.equal(open.pop()?.name, end)
    if (!name) continue
    const pairs = [...attributes.matchAll(/([\w:]+)="([^"]*)"/g)].map(([, key, value]) => [
      key,
      unescaped(String(value)),
    ])
    const element = { name, attributes: Object.fromEntries(pairs), children: [], text: '' }
    parent.children.push(element)
    if (!empty) open.push(element)
  }
  assert.equal(read, xml.length, `not XML at: ${xml.slice(read, read + 80)}`)
  assert.equal(open.length, 1)
  return root.children[0] as Element
}

function unescaped(text: string): string {
  return text.replaceAll(/&([^;]*;?)/g, (_, reference: string) => {
    const character = named[reference.slice(0, -1)]
    assert.ok(reference.endsWith(';') && character, `&${reference}`)
    return character
  })
}

const all = (element: Element, name: string) => element.children.filter(child => child.name === name)
const one = (element: Element, name: string) => {
  const found = all(element, name)
  assert.equal(found.length, 1, `${found.length} ${name} in ${element.name}`)
  return found[0] as Element
}
const linkOf = (element: Element, rel: string) =>
  all(element, 'link').find(({ attributes }) => attributes['rel'] === rel)?.attributes['href']

describe('feeds', () => {
  let site: Site
  before(async () => {
    site = await openSite({ PUBLIC_URL: 'https://harbour.example', SITE_NAME: 'Harbour & Co' })
    await site.write('susan', awkward)
  })
  after(() => site.close())
  const awkward = [
    'Plain words.',
    '<script>alert("1")</script> & ]]> <![CDATA[ &amp; \u2028 #tea',
    'a\u0000b\u0008c\ufffe\uffff\ud800d \u001b[31m #tea',
    'مرحبا بالعالم \u202e 👨‍👩‍👧‍👦 𝒳 #tea @john',
    "Line one\nline two https://example.org/?a=1&b='2'x\" #tea",
  ].map(body =>
    body.isWellFormed() ? body.replaceAll('\u0000', '') : body.toWellFormed().replaceAll('\u0000', ''),
  )
  const get = (url: string, headers: Record<string, string> = {}) =>
    site.app.inject({ url, headers: { 'accept-language': 'en', ...headers } })
  const atom = async (url: string) => parseXml((await get(url)).body)

  it('tell in Atom what somebody wrote, newest first', async () => {
    const answer = await get('/@susan/feed.atom')
    assert.equal(answer.headers['content-type'], 'application/atom+xml; charset=utf-8')
    const feed = parseXml(answer.body)
    assert.equal(feed.attributes['xmlns'], 'http://www.w3.org/2005/Atom')
    assert.match(one(feed, 'id').text, /^tag:harbour\.example,\d{4}-\d\d-\d\d:user\/1$/)
    assert.equal(one(feed, 'title').text, 'susan (@susan) · Harbour & Co')
    assert.equal(linkOf(feed, 'self'), 'https://harbour.example/@susan/feed.atom')
    assert.equal(linkOf(feed, 'alternate'), 'https://harbour.example/@susan')
    assert.equal(one(one(feed, 'author'), 'uri').text, 'https://harbour.example/@susan')
    const entries = all(feed, 'entry')
    assert.equal(entries.length, awkward.length)
    assert.equal(one(entries.at(-1) as Element, 'title').text, 'Plain words.')
    assert.equal(one(feed, 'updated').text, one(entries[0] as Element, 'updated').text)
    for (const entry of entries) {
      assert.match(one(entry, 'id').text, /^https:\/\/harbour\.example\/posts\/\d+$/)
      assert.equal(linkOf(entry, 'alternate'), one(entry, 'id').text)
      for (const moment of ['published', 'updated'])
        assert.ok(!Number.isNaN(Date.parse(one(entry, moment).text)))
      assert.equal(one(entry, 'content').attributes['type'], 'html')
      assert.equal(entry.attributes['xml:lang'], 'en')
    }
  })

  it('name pictures of the site that readers can show', async () => {
    const json = (await get('/tags/tea/feed.json')).json() as { icon: string; favicon: string }
    const { text } = one(await atom('/tags/tea/feed.atom'), 'icon')
    for (const icon of [text, json.icon, json.favicon]) {
      const { origin, pathname } = new URL(icon)
      assert.equal(origin, 'https://harbour.example')
      const answer = await get(pathname)
      assert.deepEqual([answer.statusCode, answer.headers['content-type']], [200, 'image/png'], icon)
    }
  })

  it('carry the words as HTML in which nothing is markup but our own', async () => {
    const [newest, arabic, control, script] = all(await atom('/@susan/feed.atom'), 'entry').map(
      entry => one(entry, 'content').text,
    )
    assert.equal(
      newest,
      '<p dir="auto">Line one<br>line two <a href="https://example.org/?a=1&amp;b=&#39;2&#39;x" dir="ltr">https://example.org/?a=1&amp;b=&#39;2&#39;x</a>&quot; <a href="https://harbour.example/tags/tea">#tea</a></p>',
    )
    assert.ok(arabic?.includes('<a href="https://harbour.example/@john" dir="ltr">@john</a>'))
    assert.ok(arabic?.includes('👨‍👩‍👧‍👦 𝒳'))
    assert.ok(control?.includes('abc'))
    assert.doesNotMatch(String(script), /<script|<!\[CDATA/)
    assert.ok(script?.includes('&lt;script&gt;'))
  })

  it('tell the same as JSON Feed', async () => {
    const answer = await get('/@susan/feed.json')
    assert.equal(answer.headers['content-type'], 'application/feed+json; charset=utf-8')
    const feed = answer.json()
    assert.equal(feed.version, 'https://jsonfeed.org/version/1.1')
    assert.equal(feed.home_page_url, 'https://harbour.example/@susan')
    assert.equal(feed.feed_url, 'https://harbour.example/@susan/feed.json')
    assert.equal(feed.items.length, awkward.length)
    for (const item of feed.items) {
      assert.ok(item.id && item.url && item.content_html && item.content_text && item.date_published)
      assert.deepEqual(item.authors, [{ name: 'susan', url: 'https://harbour.example/@susan' }])
    }
    assert.deepEqual(feed.items[0].tags, ['tea'])
    assert.equal(feed.items.at(-1).tags, undefined)
  })

  it('tell of a hashtag, in any case, also one that nobody has used', async () => {
    const feed = await atom('/tags/TEA/feed.atom')
    assert.equal(one(feed, 'id').text, 'https://harbour.example/tags/tea')
    assert.equal(all(feed, 'entry').length, 4)
    assert.equal((await get('/tags/t%C3%A9/feed.json')).json().items.length, 0)
    assert.equal(all(await atom('/tags/nothing/feed.atom'), 'entry').length, 0)
  })

  it('are linked from the pages, for readers and for people', async () => {
    for (const [path, feed, query] of [
      ['/@susan', '/@susan/feed', ''],
      ['/@susan/replies', '/@susan/feed', '?replies=1'],
      ['/tags/t%C3%A9', '/tags/t%C3%A9/feed', ''],
    ] as const) {
      const { page } = await site.visitor().get(path)
      const found = page
        .querySelectorAll('link[rel=alternate]')
        .map(link => [link.getAttribute('type'), link.getAttribute('href')])
      assert.deepEqual(found, [
        ['application/atom+xml', `${feed}.atom${query}`],
        ['application/feed+json', `${feed}.json${query}`],
      ])
      assert.ok(page.querySelector(`main a[href="${feed}.atom${query}"]`))
    }
  })

  it('are the same for everybody, and kept for minutes by whoever fetched them', async () => {
    const susan = await site.signedIn('susan')
    const cookie = [...susan.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const [asVisitor, asSusan] = [await get('/@susan/feed.atom'), await get('/@susan/feed.atom', { cookie })]
    assert.equal(asSusan.body, asVisitor.body)
    assert.equal(asSusan.headers['set-cookie'], undefined)
    assert.equal(asSusan.headers['cache-control'], 'public, max-age=300')
    await site.app.db.transaction(tx => block(tx, site.ids.susan, site.ids.john))
    assert.equal((await get('/@susan/feed.atom')).body, asVisitor.body)
  })

  it('are not sent again while nothing has changed', async () => {
    for (const url of ['/@susan/feed.atom', '/@susan/feed.json', '/tags/tea/feed.atom']) {
      const { headers } = await get(url)
      const tag = String(headers.etag)
      const again = await get(url, { 'if-none-match': tag })
      assert.deepEqual([again.statusCode, again.body], [304, ''], url)
      assert.equal((await get(url, { 'if-none-match': '"x"' })).statusCode, 200)
      assert.equal((await get(url, { 'if-none-match': tag, 'accept-encoding': 'br' })).statusCode, 304)
    }
  })

  it('change with an edit and a deletion', async () => {
    const [id] = (await site.write('mary', ['First', 'Second'])) as [number, number]
    const before = await get('/@mary/feed.atom')
    const edit = { id, userId: site.ids.mary, body: 'First, edited', language: 'en' }
    const edited = new Date(Date.now() + 5_000)
    await site.app.db.transaction(tx => editPost(tx, edit, edited))
    const after = await get('/@mary/feed.atom', { 'if-none-match': String(before.headers.etag) })
    const [, entry] = all(parseXml(after.body), 'entry') as [Element, Element]
    assert.equal(one(entry, 'updated').text, edited.toISOString())
    assert.equal(one(parseXml(after.body), 'updated').text, edited.toISOString())
    await site.app.db.transaction(tx => deletePost(tx, { id, userId: site.ids.mary }))
    const last = await get('/@mary/feed.atom', { 'if-none-match': String(after.headers.etag) })
    assert.deepEqual([last.statusCode, all(parseXml(last.body), 'entry').length], [200, 1])
  })

  it('say no date of a change, because none is told of a deletion or another name', async () => {
    const [, id] = (await site.write('david', ['First', 'Second'])) as [number, number]
    const { headers } = await get('/@david/feed.atom')
    assert.equal(headers['last-modified'], undefined)
    const since = { 'if-modified-since': new Date(Date.now() + 60_000).toUTCString() }
    await site.app.db.transaction(tx => deletePost(tx, { id, userId: site.ids.david }))
    const deleted = await get('/@david/feed.json', since)
    assert.deepEqual([deleted.statusCode, deleted.json().items.length], [200, 1])
    const david = await site.signedIn('david')
    await david.post('/settings/profile', { displayName: 'Dave', about: '' })
    const renamed = await get('/@david/feed.json', since)
    assert.deepEqual([renamed.statusCode, renamed.json().authors[0].name], [200, 'Dave'])
    await david.post('/settings/profile', { displayName: 'david', about: '' })
    const both = { ...since, 'if-none-match': String(headers.etag) }
    assert.equal((await get('/@david/feed.atom', both)).statusCode, 200, 'the ETag wins')
  })

  it('have nothing of nobody', async () => {
    for (const url of [
      '/@nobody/feed.atom',
      '/@no%20body/feed.json',
      '/tags/a%20b/feed.atom',
      '/@susan/feed.rss',
      '/@susan/feed',
    ])
      assert.equal((await get(url)).statusCode, 404, url)
    assert.equal((await get('/@nobody/feed.atom')).body, 'There’s nobody called @nobody here.\n')
    assert.equal(all(await atom('/@john/feed.atom'), 'entry').length, 0)
  })

  it('of a person are without replies to others, unless these are asked for, and say what an entry answers', async () => {
    const john = await site.signedIn('john')
    const [hers] = await site.write('mary', ['To be answered'])
    const [his] = await site.write('john', ['His own'])
    for (const id of [hers, his]) await john.post(`/posts/${id}/replies`, { body: `To ${id}` })
    const entries = async (query: string) => {
      const feed = await atom(`/@john/feed.atom${query}`)
      assert.equal(linkOf(feed, 'self'), `https://harbour.example/@john/feed.atom${query}`)
      assert.equal(feed.attributes['xmlns:thr'], 'http://purl.org/syndication/thread/1.0')
      const answered = (entry: Element) => all(entry, 'thr:in-reply-to').map(({ attributes }) => attributes)
      return all(feed, 'entry').map(entry => [one(entry, 'title').text, ...answered(entry)])
    }
    const to = (id = 0) => {
      const address = `https://harbour.example/posts/${id}`
      return { ref: address, href: address, type: 'text/html' }
    }
    const own = [[`To ${his}`, to(his)], ['His own']]
    assert.deepEqual(await entries(''), own)
    assert.deepEqual(await entries('?replies=1'), [own[0], [`To ${hers}`, to(hers)], own[1]])
    const ids = await Promise.all(
      ['', '?replies=1'].map(async query => one(await atom(`/@john/feed.atom${query}`), 'id').text),
    )
    assert.equal(new Set(ids).size, 2)
    const json = (await get('/@john/feed.json?replies=1')).json()
    assert.equal(json.feed_url, 'https://harbour.example/@john/feed.json?replies=1')
    assert.equal(json.items.length, 3)
    const { headers } = await get('/@mary/feed.atom')
    await john.post(`/posts/${hers}/replies`, { body: 'Again' })
    const again = await get('/@mary/feed.atom', { 'if-none-match': String(headers.etag) })
    assert.equal(again.statusCode, 304, 'a count changes no feed')
  })

  describe('of a thread', () => {
    let root: number
    let answer: number
    let deep: number
    const reply = async (name: Name, to: number, body: string, more = {}) => {
      const browser = await site.signedIn(name)
      const { location } = await browser.post(`/posts/${to}/replies`, { body, ...more })
      return Number(/post-(\d+)/.exec(String(location))?.[1])
    }
    before(async () => {
      root = (await site.write('mary', ['Who brings <the> cake?']))[0] as number
      answer = await reply('john', root, 'I do.')
      deep = await reply('david', answer, 'Which one?', { contentWarning: 'Sugar' })
      await site.write('david', ['Elsewhere.'])
    })
    const titles = async (id: number) =>
      all(await atom(`/posts/${id}/feed.atom`), 'entry').map(entry => one(entry, 'title').text)

    it('tell all that answers, newest first, and what each answers', async () => {
      const feed = await atom(`/posts/${root}/feed.atom`)
      const page = `https://harbour.example/posts/${root}`
      assert.equal(one(feed, 'id').text, `${page}/feed`)
      assert.equal(one(feed, 'title').text, 'mary: Who brings <the> cake? · Harbour & Co')
      assert.deepEqual([linkOf(feed, 'self'), linkOf(feed, 'alternate')], [`${page}/feed.atom`, page])
      const answered = all(feed, 'entry').map(entry => one(entry, 'thr:in-reply-to').attributes['ref'] ?? '')
      assert.deepEqual(answered, [`https://harbour.example/posts/${answer}`, page])
      assert.deepEqual(await titles(root), ['Sugar', 'I do.'], 'a warning stands for its words')
      for (const id of [answer, deep])
        assert.deepEqual(await titles(id), await titles(root), 'of the whole thread')
      const json = (await get(`/posts/${root}/feed.json`)).json()
      assert.deepEqual([json.feed_url, json.home_page_url], [`${page}/feed.json`, page])
      assert.deepEqual(
        json.items.map(({ id }: { id: string }) => id),
        [`https://harbour.example/posts/${deep}`, `https://harbour.example/posts/${answer}`],
      )
      const [lonely = 0] = await site.write('mary', ['Nobody answers'])
      assert.deepEqual(await titles(lonely), [])
    })

    it('are linked from each of its posts, whose tags for other sites are their own', async () => {
      for (const id of [root, answer, deep]) {
        const { page } = await site.visitor().get(`/posts/${id}`)
        const links = page.querySelectorAll('link[rel=alternate]').map(link => link.getAttribute('href'))
        assert.deepEqual(links, [`/posts/${id}/feed.atom`, `/posts/${id}/feed.json`])
        assert.ok(page.querySelector(`.permalink a[href="/posts/${id}/feed.atom"]`))
        const address = `https://harbour.example/posts/${id}`
        const tagOf = (name: string) =>
          page.querySelector(`meta[property="${name}"], meta[name="${name}"]`)?.getAttribute('content')
        assert.equal(page.querySelector('link[rel=canonical]')?.getAttribute('href'), address)
        assert.equal(tagOf('og:url'), address)
        assert.equal(tagOf('og:type'), 'article')
        const [name, words] =
          id === root
            ? ['mary', 'Who brings <the> cake?']
            : id === answer
              ? ['john', 'I do.']
              : ['david', 'Sugar']
        assert.equal(tagOf('og:title'), `Post by ${name} (@${name})`)
        assert.deepEqual([tagOf('og:description'), tagOf('description')], [words, words])
      }
    })

    it('have nothing that visitors do not see, and stay when the first post goes', async () => {
      for (const id of ['999999', '0', 'x', '9'.repeat(30), `${root}x`]) {
        const { statusCode, body, headers } = await get(`/posts/${id}/feed.atom`)
        assert.equal(statusCode, 404, id)
        assert.match(String(headers['content-type']), /^text\/plain/)
        assert.ok(body.length > 10 && !body.includes('<'))
      }
      const left = (await site.write('mary', ['Left behind']))[0] as number
      const answered = await reply('david', left, 'Still here')
      await site.app.db.transaction(tx => deletePost(tx, { id: left, userId: site.ids.mary }))
      assert.equal((await get(`/posts/${left}/feed.atom`)).statusCode, 404)
      assert.deepEqual(await titles(answered), ['Still here'])
      await site.app.db.transaction(tx => closeAccount(tx, site.ids.david, new Date()))
      assert.equal((await get(`/posts/${answered}/feed.json`)).statusCode, 404)
    })
  })

  it('ask two statements', async () => {
    site.statements.length = 0
    await get('/@susan/feed.atom')
    assert.ok(site.statements.length <= 2, String(site.statements.length))
  })
})
