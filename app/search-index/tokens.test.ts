import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { fold, tagToken, tokensOf } from './tokens.ts'

const words = (text: string) => tokensOf(text).map(token => token.text)

describe('tokens', () => {
  const cases: [string, string[]][] = [
    ['Hello, World!', ['hello', 'world']],
    ['don’t 3.14 a_b', ['don', 't', '3', '14', 'a', 'b']],
    ['café CAFÉ cafe\u0301', ['cafe', 'cafe', 'cafe']],
    ['Straße STRASSE ẞ', ['strasse', 'strasse', 'ss']],
    ['İstanbul ısı I i', ['istanbul', 'isi', 'i', 'i']],
    ['Łódź Øresund Þórr Æsop', ['lodz', 'oresund', 'thorr', 'aesop']],
    ['ΟΔΟΣ οδός', ['οδοσ', 'οδοσ']],
    ['Ёлка ёлка', ['елка', 'елка']],
    ['مُحَمَّد أولًا كـــتاب', ['محمد', 'اولا', 'كتاب']],
    ['שָׁלוֹם', ['שלום']],
    ['हिन्दी', ['हिन्दी']],
    ['ﬁn １２ 𝓗𝓮𝓵𝓵𝓸 ½', ['fin', '12', 'hello', '12']],
    ['今朝の港', ['今朝', '朝の', 'の港', '港']],
    ['ﾊﾞｽ', ['バス', 'ス']],
    ['がか', ['がか', 'か']],
    ['\u1112\u1161\u11ab국', ['한국', '국']],
    ['東京tower', ['東京', '京', 'tower']],
    ['ก็ไท', ['ก็ไ', 'ไท', 'ท']],
    ['葛\u{e0100}城', ['葛城', '城']],
    ['🎉 👨‍👩‍👧‍👦 !?', []],
    ['co\u00adop\u200berate می\u200cخواهم te\u2060a\u200d', ['cooperate', 'میخواهم', 'tea']],
    ['今\u200b朝 ක්\u200dර', ['今朝', '朝', 'ක්ර']],
    ['x'.repeat(100), ['x'.repeat(64)]],
  ]
  for (const [text, expected] of cases)
    it(`of ${text.slice(0, 20)}`, () => assert.deepEqual(words(text), expected))

  it('of hashtags keep what joins their words, and differ from every word', () => {
    assert.equal(tagToken('Rain_or_Shíne'), '#rain_or_shine')
    assert.ok(!words('#rain_or_shine').includes(tagToken('rain_or_shine')))
  })

  it('are letters, digits and marks, and stand where they say, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), text => {
        let before = 0
        for (const { text: word, start, end } of tokensOf(text)) {
          assert.match(word, /^[\p{L}\p{N}\p{M}]+$/u)
          assert.ok(start >= before && end > start && end <= text.length)
          before = start
        }
      }),
    )
  })

  it('are the same when folded again, and in capital letters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 20 }), text => {
        assert.equal(fold(fold(text)), fold(text))
      }),
    )
    for (const text of ['größe', 'façade', 'ŒUVRE', 'ŉ', 'ǆ', 'ΐ', 'ﬃ'])
      assert.equal(fold(text.toUpperCase()), fold(text))
  })

  it('of a part of a text without spaces stand together in it', () => {
    const text = '図書館は夜九時まで開いています'
    for (let from = 0; from < text.length; from++) {
      for (let to = from + 2; to <= text.length; to++) {
        const part = words(text.slice(from, to)).slice(0, -1).join(' ')
        assert.ok(` ${words(text).join(' ')} `.includes(` ${part} `), text.slice(from, to))
      }
    }
  })
})
