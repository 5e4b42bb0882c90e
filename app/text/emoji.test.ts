import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isEmoji } from './emoji.ts'

describe('a text of a few emoji alone', () => {
  it('is known by whole emoji, however many characters each takes', () => {
    for (const text of [
      '🌊',
      '🌊🐟 🌊\n⚓',
      '👩‍👩‍👧‍👦',
      '🏳️‍🌈',
      '👍🏽',
      '🫱🏽‍🫲🏿',
      '🇵🇹🇯🇵',
      '🏴󠁧󠁢󠁳󠁣󠁴󠁿',
      '7️⃣',
      '#️⃣*️⃣',
      '❤️',
      '🌊️',
    ])
      assert.equal(isEmoji(text), true, text)
    assert.equal(isEmoji('👩🏽‍❤️‍💋‍👨🏿'.repeat(5)), true, 'five of the longest')
  })

  it('is nothing else', () => {
    for (const text of [
      '',
      ' ',
      '7',
      '42',
      '#',
      '*',
      '©',
      '™',
      '❤',
      '☎︎',
      '🇵',
      '🌊!',
      'a🌊',
      '🌊 a',
      '1 🌊',
      '🌊\u0301',
    ])
      assert.equal(isEmoji(text), false, JSON.stringify(text))
  })

  it('has five at most', () => {
    assert.deepEqual(['🐟'.repeat(5), '🐟'.repeat(6), '👍🏽'.repeat(5), '🇵🇹'.repeat(6)].map(isEmoji), [
      true,
      false,
      true,
      false,
    ])
    assert.equal(isEmoji(`${'👩🏽‍❤️‍💋‍👨🏿'.repeat(9)}${' '.repeat(2000)}x`), false)
  })
})
