import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { findEntities, graphemeCount, partsOf, tagsOf } from './entities.ts'
import { languageOf } from './language.ts'

const found = (body: string) =>
  findEntities(body).map(({ kind, start, end, href }) => [kind, body.slice(start, end), href])

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
    ['mail me@example.com or @me@elsewhere.org', []],
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
    ['#1 of ##x, a#b and &#39;', []],
    [
      'sqlite.org/whentouse.html.',
      [['link', 'sqlite.org/whentouse.html', 'https://sqlite.org/whentouse.html']],
    ],
    [
      'http://example.org/#tag/@susan',
      [['link', 'http://example.org/#tag/@susan', 'http://example.org/#tag/@susan']],
    ],
    ['javascript:alert(1) ftp://a.example mailto:a@b.example', []],
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

  it('names each tag once, whatever its case or width', () => {
    assert.deepEqual(tagsOf(findEntities('#Tea #tea #ｔｅａ #coffee')), ['tea', 'coffee'])
  })

  for (const piece of ['#', '@', '@a', '#a#', 'http://', 'a.', '((', '#１', '://']) {
    it(`comes to an end with 4,000 characters of ${piece}`, { timeout: 10_000 }, () => {
      assert.ok(Array.isArray(findEntities(piece.repeat(4000 / piece.length))))
    })
  }

  it('counts graphemes', () => {
    assert.equal(graphemeCount('👨‍👩‍👧‍👦e\u0301🇪🇸x'), 4)
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
