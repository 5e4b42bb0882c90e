import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { cpuTimeMs } from '../testing/cpu-time.ts'
import { findEntities, graphemeCount, partsOf, refreshEntities, tagsOf } from './entities.ts'
import { foldTag, isTag } from './hashtags.ts'
import { languageOf } from './language.ts'
import { abbreviate } from './links.ts'

const found = (body: string) =>
  findEntities(body).map(({ kind, start, end, href }) => [kind, body.slice(start, end), href])
const wordsOf = (kind: string, body: string) =>
  findEntities(body).flatMap(entity => (entity.kind === kind ? [body.slice(entity.start, entity.end)] : []))

describe('the links, mentions and hashtags of a post', () => {
  const cases: [string, ReturnType<typeof found>][] = [
    ['nothing at all', []],
    [
      '@susan, and (@john)!',
      [
        ['mention', '@susan', '/@susan'],
        ['mention', '@john', '/@john'],
      ],
    ],
    [
      '#tea #Tea_2 #té #茶 #٤كتب',
      [
        ['tag', '#tea', '/tags/tea'],
        ['tag', '#Tea_2', '/tags/tea_2'],
        ['tag', '#té', '/tags/t%C3%A9'],
        ['tag', '#茶', '/tags/%E8%8C%B6'],
        ['tag', '#٤كتب', '/tags/%D9%A4%D9%83%D8%AA%D8%A8'],
      ],
    ],
    [
      'sqlite.org/whentouse.html.',
      [['link', 'sqlite.org/whentouse.html', 'https://sqlite.org/whentouse.html']],
    ],
    [
      'http://example.org/#tag/@susan',
      [['link', 'http://example.org/#tag/@susan', 'http://example.org/#tag/@susan']],
    ],
    ['#asp.net', [['tag', '#asp', '/tags/asp']]],
    ['#http://a.org', [['link', 'http://a.org', 'http://a.org']]],
    ['@https://x.org', [['link', 'https://x.org', 'https://x.org']]],
    ['@susan.bsky.org/x#tea', [['mention', '@susan', '/@susan']]],
    [`#${'a'.repeat(101)}`, []],
  ]
  for (const [body, expected] of cases) {
    it(`finds ${expected.length} in ${JSON.stringify(body.slice(0, 40))}`, () =>
      assert.deepEqual(found(body), expected))
  }

  it('cuts a body into pieces that make it whole again', () => {
    const body = '👋 @susan — #té at example.org. Bye'
    const parts = partsOf({ body, entities: findEntities(body) })
    assert.equal(parts.map(({ text }) => text).join(''), body)
    assert.deepEqual(
      parts.map(({ kind }) => kind),
      ['text', 'mention', 'text', 'tag', 'text', 'link', 'text'],
    )
  })

  /** Texts of the pieces that entities are made of, which meet in every way. */
  const pieces =
    '# ＃ @ ＠ . / : - _ \' " ( ) [ ] & ! % ? = a asp net org .org john さん 茶 é שלום ́ ️ ⃣ ‌ ‍ · ש 1 ❤️ 🎉 http:// https:// www. ftp:// x@y.org #tea @john example.com readme.md ⁦ ​ ½ ﷺ İ ß'.split(
      ' ',
    )
  const text = fc
    .array(fc.oneof(fc.constantFrom(...pieces, ' ', '\n'), fc.string({ unit: 'binary', maxLength: 2 })), {
      maxLength: 14,
    })
    .map(parts => parts.join(''))

  it('never overlap, whatever the text, and the parts joined are the text', () => {
    fc.assert(
      fc.property(text, body => {
        const entities = findEntities(body)
        let before = 0
        for (const { start, end } of entities) {
          assert.ok(start >= before && end > start && end <= body.length, 'in order, without overlaps')
          before = end
        }
        const parts = partsOf({ body, entities })
        assert.equal(parts.map(part => part.text).join(''), body)
        assert.equal(parts.filter(({ kind }) => kind !== 'text').length, entities.length)
        assert.deepEqual(refreshEntities({ body, entities }), entities)
      }),
      { numRuns: 3_000 },
    )
  })

  it('lead to addresses that are one, and to tags that stay one when folded', () => {
    fc.assert(
      fc.property(text, body => {
        const entities = findEntities(body)
        for (const { kind, href } of entities)
          if (kind === 'link') assert.match(new URL(href).protocol, /^http/)
        for (const tag of tagsOf(entities)) {
          assert.equal(foldTag(tag), tag)
          assert.ok(isTag(tag))
        }
      }),
      { numRuns: 3_000 },
    )
  })

  it('of older versions are shown without doubled text, and lose the overlap when refreshed', () => {
    const body = '#asp.net and @susan and @john'
    const entities = [
      { kind: 'tag', start: 0, end: 4, href: '/tags/asp' },
      { kind: 'link', start: 1, end: 8, href: 'https://asp.net' },
      { kind: 'mention', start: 13, end: 19, href: '/@susan' },
    ] as const
    const parts = partsOf({ body, entities: [...entities] })
    assert.equal(parts.map(({ text }) => text).join(''), body)
    assert.deepEqual(refreshEntities({ body, entities: [...entities] }), [entities[0], entities[2]])
  })

  const repeated =
    '# @ @a #a# http:// a. (( #１ :// a- https://a.org/( ., "ש ·a https://a. a@ a.b/ \u200b https://a.org/a, #a\u200c'.split(
      ' ',
    )
  for (const piece of repeated) {
    it(`are found in no time in 4,000 characters of ${piece}`, () => {
      const start = cpuTimeMs()
      for (const beginning of ['', 'https://a.org/', '#a'])
        findEntities(beginning + piece.repeat(4000 / piece.length))
      assert.ok(cpuTimeMs() - start < 2_000)
    })
  }

  it('are found in no time where question marks begin many identifiers, and invisible joiners end them', () => {
    const start = cpuTimeMs()
    for (const end of ['\u200c', '-', '?'])
      assert.equal(findEntities(`http://a.b/${'?'.repeat(120)}${end.repeat(3_869)}`)[0]?.kind, 'link')
    assert.ok(cpuTimeMs() - start < 2_000)
  })

  it('counts graphemes', () => {
    assert.equal(graphemeCount('👨‍👩‍👧‍👦e\u0301🇪🇸x'), 4)
  })
})

describe('hashtags', () => {
  const whole = `
    #می‌خواهم #ශ්‍රීලංකා #צה״ל #צה"ל #בית־ספר #וכו׳ #བོད་ཡིག #il·lusió #メ〜テレ #ジョン・スミス #Straße #rock_roll
    #2026goals #한국어 #हिन्दी #ภาษาไทย #云々 #各〻 ＃茶 #العربية #ñandú
  `
    .trim()
    .split(/\s+/)
  for (const tag of whole)
    it(`are whole: ${tag}`, () =>
      assert.deepEqual(wordsOf('tag', `a ${tag}. (${tag}) “${tag}”`), [tag, tag, tag]))

  const cases: [string, string[]][] = [
    ['❤️#tea 1️⃣#one 🇪🇸#es 👍🏽#ok', ['#tea', '#one', '#es', '#ok']],
    ['#️tea #️⃣a #\u200btea #\u0301tea #\u{e0100}a', []],
    ['#tea/#coffee rock/#roll', ['#tea', '#coffee', '#roll']],
    ['#tea#coffee ##x a#b C# &#39; é#x 茶#x', ['#tea']],
    ['#1 #_ #12_3 #½ #\u3164', []],
    ['#i❤️tea #don’t #tea-time', ['#i', '#don', '#tea']],
    ['#བོད་ #tea· #می‌', ['#བོད', '#tea', '#می']],
    ['mail#x@example.org ftp://a.org/#x http://user:pw@a.org/#x', []],
  ]
  for (const [body, expected] of cases)
    it(`of ${JSON.stringify(body)}`, () => assert.deepEqual(wordsOf('tag', body), expected))

  it('are one tag in capitals, in full width and with a Turkish i', () => {
    const same = (...tags: string[]) =>
      assert.equal(tagsOf(findEntities(tags.map(tag => `#${tag}`).join(' '))).length, 1, tags.join(' '))
    same('Tea', 'tea', 'ｔｅａ')
    same('İstanbul', 'istanbul', 'ISTANBUL', 'ıstanbul')
    same('Straße', 'STRASSE', 'strasse')
    same('ΟΔΟΣ', 'οδος', 'οδοσ')
    same('メ〜テレ', 'メ～テレ')
    same('צה״ל', 'צה"ל')
    same('café', 'cafe\u0301')
    assert.deepEqual(tagsOf(findEntities('#té #te')), ['té', 'te'])
  })
})

describe('mentions', () => {
  const cases: [string, string[]][] = [
    ['@johnさん こんにちは@john 안녕@john님 .@john …@john ＠john w/@john (@john)', Array(8).fill('@john')],
    ['x@john é@john ж@john 1@john _@john john@ @@john @john@example.org a.b@john f!@kn f*@kn', []],
    ['❤️@john 🎉@john “@john” *@john* @john’s @john: @john- @john️', Array(8).fill('@john')],
    ['@johné @johnж @john\u0301', []],
    ['me@example.com @me@elsewhere.org', []],
    ['mastodon.example/@john ftp://a.org/@john //a.org/@john', []],
    [`@${'a'.repeat(64)} @${'b'.repeat(65)}`, [`@${'a'.repeat(64)}`]],
  ]
  for (const [body, expected] of cases)
    it(`of ${JSON.stringify(body.slice(0, 60))}`, () =>
      assert.deepEqual(
        wordsOf('mention', body).map(name => name.replace('＠', '@')),
        expected,
      ))
})

describe('links', () => {
  const address = 'https://example.org/a'
  const follow = [...':-.…”"»。)*’\u200b\u2069', ',,,', '!?', '、次']
  for (const after of follow)
    it(`end before ${JSON.stringify(after)}`, () =>
      assert.deepEqual(wordsOf('link', `(${address}${after} yes ${address}${after}`), [address, address]))

  const whole = `
    https://en.wikipedia.org/wiki/Hatfield–McCoy_feud https://en.wikipedia.org/wiki/Schindler’s_List
    https://en.wikipedia.org/wiki/Tea_(drink) https://fa.wikipedia.org/wiki/می‌خواهم https://a.org/?a=[1]&b={2}
    https://my_blog.tumblr.com/ http://localhost:3000/x http://[::1]:3000/ http://127.0.0.1:80/ http://nas/
    https://münchen.de/ http://пример.рф/путь http://☃.net/ HTTPS://EXAMPLE.ORG/A https://ja.wikipedia.org/wiki/日本
    https://www.youtube.com/playlist?list=PL0ZPu8XSRTB7wZzn0mLHMvyzVFeRxbWn- https://example.org/~a/+b;c=d#e/
    www.example.museum/x bbc.co.uk/news clarin.com.ar youtu.be/x?t=1 asp.net example.com:8080/ GitHub.com
  `
    .trim()
    .split(/\s+/)
  for (const link of whole)
    it(`are whole: ${link}`, () =>
      assert.deepEqual(wordsOf('link', `${link}, (${link}) “${link}” ${link}`), [link, link, link, link]))

  const none = `
    readme.md script.sh main.rs lib.so Node.js fine.So yes.No yes.no it.is me.too Safari.app index.com.txt a.zip
    README.COM example.COM src/example.com C:\\example.com $example.com example.com=1 example.com() example.comé
    john.smith.me@example.org x@example.org http://user:pw@example.org/ https://example.org@evil.example/x
    javascript:alert(1) ftp://a.example mailto:a@b.example http:// https://.. http://-a.org http://a..org www.org www.
    http://a.org:99999/ http://999.1.1.1/ http://a.my_org http://_a.example.org xhttp://a.org http://foo!bar.com
    http://${'a'.repeat(64)}.org @example.com #example.com readme.md/example.com http://domain.com-that-you
  `
    .trim()
    .split(/\s*\n\s*/)
  for (const body of none)
    it(`are not: ${body.slice(0, 50)}`, () => assert.deepEqual(wordsOf('link', body), []))

  const cases: [string, string[]][] = [
    [
      '見てhttps://example.org/ これはexample.comです https://example.orgを',
      ['https://example.org/', 'example.com', 'https://example.org'],
    ],
    [`\u2066${address}\u2069 \u200f${address}\u200f`, [address, address]],
    [
      'https://a.org/x.html을 https://a.org/x](https://a.org/y)',
      ['https://a.org/x.html', 'https://a.org/x', 'https://a.org/y'],
    ],
    ['https://a.org/b(c and (https://a.org/d),e', ['https://a.org/b', 'https://a.org/d']],
  ]
  for (const [body, expected] of cases)
    it(`of ${JSON.stringify(body)}`, () => assert.deepEqual(wordsOf('link', body), expected))

  it('are shown short when they are long, host and path first', () => {
    for (const url of ['https://example.org/short', `https://www.example.org/${'a'.repeat(20)}`])
      assert.equal(abbreviate(url), url)
    const shown = abbreviate(`https://www.example.org/${'path/'.repeat(20)}`)
    assert.match(shown, /^example\.org\/(path\/)+[path]+…$/)
    assert.equal(shown.length, 40)
    assert.ok(abbreviate(`https://a.org/${'🎉'.repeat(50)}`).isWellFormed())
  })
})

describe('the language of a post', () => {
  const cases: [string, string][] = [
    ['The kettle is on in the library, and the roof is tight.', 'en'],
    ['@mary Yo le cambio un tarro por mi receta de pan de aceite', 'es'],
    ['今朝の港はとても静かでした。', 'ja'],
    ['القهوة أولًا، ثم الكتابة.', 'ar'],
    ['🌊', 'es'],
    ['@susan https://example.org/the-house-on-the-hill', 'es'],
  ]
  for (const [body, language] of cases) {
    it(`is ${language} for ${body}, where Spanish is the writer’s`, async () =>
      assert.equal(await languageOf(body, 'es'), language))
  }
})
