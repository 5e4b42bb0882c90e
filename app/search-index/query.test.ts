import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { cpuTimeMs } from '../testing/cpu-time.ts'
import { matchOf } from './match.ts'
import { isEmpty, parseQuery, starred } from './query.ts'

/** A query in one line: words & a phrase of+words & beginn* by an author to a person. */
function read(text: string): string {
  const { terms, authors, answered } = parseQuery(text)
  const all = terms.map(({ tokens, prefix }) => tokens.join('+') + (prefix ? '*' : ''))
  const people = [...authors.map(name => `by ${name}`), ...answered.map(name => `to ${name}`)]
  return [all.join(' & '), ...people].filter(Boolean).join(' ')
}

describe('a query', () => {
  const cases: [string, string][] = [
    ['Morning Fog', 'morning & fog'],
    ['har*', 'har*'],
    ['"morning fog" tea', 'morning+fog & tea'],
    ['“morning fog” «tea»', 'morning+fog & tea'],
    ['"morning fo', 'morning+fo'],
    ['"morning fo"*', 'morning+fo*'],
    ['from:Susan tea', 'tea by susan'],
    ['tea FROM:@susan', 'tea by susan'],
    ['from: susan', 'by susan'],
    ['from:', ''],
    ['xfrom:susan', 'xfrom+susan'],
    ['tea to:@Susan from:john', 'tea by john to susan'],
    ['to:', ''],
    ['back to: susan', 'back to susan'],
    ['tomato:susan', 'tomato+susan'],
    ['tea IS:reply', 'tea & @reply'],
    ['tea HAS:image', 'tea & @image'],
    ['has:media has:images', '@image'],
    ['has:imagery hashas:image', 'has+imagery & hashas+image'],
    ['is:replying this:reply is:repost', 'is+replying & this+reply & is+repost'],
    ['#Té', '#te'],
    ['#te*', '#te*'],
    ['＃rain_or_shine', '#rain_or_shine'],
    ['#123 # C#', '123 & c'],
    ['#il·lusió #می‌خواهم', '#illusio & #میخواهم'],
    ['#צה"ל "tea"', '#צהל & tea'],
    ['🎉🎉', '_1f389'],
    ['tea🎉 "fog ❤️" 🇪🇸', 'tea & _1f389 & fog & _2764 & _1f1ea_1f1f8'],
    ['👍🏽 👩‍🔬', '_1f44d & _1f469 & _1f52c'],
    ['well-known don’t', 'well+known & don+t'],
    ['-tea NEAR( AND "" * : ^x', 'tea & near & and & x'],
    ['tea Tea TEA', 'tea'],
    ['港', '港*'],
    ['今朝の', '今朝+朝の'],
    ['東京tower', '東京+京+tower'],
    ['@rain_dog', 'rain+dog'],
  ]
  for (const [text, expected] of cases)
    it(`${text || 'empty'} asks for ${expected || 'nothing'}`, () => assert.equal(read(text), expected))

  const typed: [string, string][] = [
    ['morning fo', 'morning & fo*'],
    ['morning fog ', 'morning & fog'],
    ['"morning fo', 'morning+fo*'],
    ['"morning fog"', 'morning+fog'],
    ['from:su', 'by su'],
    ['to:su', 'to su'],
    ['is:reply', '@reply'],
    ['has:image', '@image'],
    ['#te', '#te*'],
    ['fog,', 'fog'],
  ]
  for (const [text, expected] of typed)
    it(`${text} asks for ${expected} while it is typed`, () => assert.equal(read(starred(text)), expected))

  for (const text of [
    '',
    ' ',
    '"',
    '*',
    '"*"',
    '!!! ?',
    '\0',
    '\u0301',
    '-',
    ':',
    '()',
    '#',
    'from:',
    '\ud800',
  ])
    it(`${JSON.stringify(text)} asks for nothing`, () => assert.ok(isEmpty(parseQuery(text))))

  it('has an end: 12 terms, 24 words, 4 authors, 500 characters', () => {
    const many = parseQuery(Array.from({ length: 500 }, (_, n) => `w${n}`).join(' '))
    assert.equal(many.terms.length, 12)
    assert.ok(many.cut)
    const long = parseQuery(`"${'a b '.repeat(100)}" c`)
    assert.deepEqual(
      long.terms.map(({ tokens }) => tokens.length),
      [24],
    )
    assert.equal(parseQuery('from:a from:b from:c from:d from:e').authors.length, 4)
    assert.equal(parseQuery('x'.repeat(10_000)).text.length, 500)
    assert.equal(parseQuery('morning fog').cut, false)
  })

  it('of any kind is read in no time, and holds nothing that could end a string of either engine', () => {
    const pieces = [
      '"',
      '*',
      "'",
      'NEAR(',
      '-',
      ':',
      '\0',
      'a',
      '今',
      '#',
      'from:',
      ' ',
      '\\',
      '🎉',
      '&',
      '|',
      '<->',
    ]
    const text = fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary' })), {
      maxLength: 60,
    })
    fc.assert(
      fc.property(text, parts => {
        const { terms } = parseQuery(parts.join(''))
        for (const { tokens } of terms)
          for (const token of tokens) assert.match(token, /^[#_@]?[\p{L}\p{N}\p{M}_]+$/u)
        matchOf({ terms, authors: [1], answered: [2] })
      }),
    )
    for (const piece of pieces) {
      const start = cpuTimeMs()
      parseQuery(piece.repeat(10_000))
      assert.ok(cpuTimeMs() - start < 500, piece)
    }
  })
})
