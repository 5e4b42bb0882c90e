import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { networkOf } from './network.ts'

describe('the network of an address', () => {
  const networks: [string, string][] = [
    ['203.0.113.7', '203.0.113.7'],
    ['203.0.113.7:51234', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:cb00:7107', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::1', '2001:db8:1:2::/64'],
    ['[2001:db8:1:2::9]:443', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['64:ff9b::203.0.113.7', '64:ff9b:0:0::/64'],
  ]
  for (const [address, network] of networks)
    it(`of ${address} is ${network}`, () => assert.equal(networkOf(address), network))

  for (const address of [
    '',
    'unknown',
    '1.2.3',
    '1.2.3.4.5',
    'a:b',
    '::1::',
    '<script>',
    'x'.repeat(5_000),
  ]) {
    it(`of ${JSON.stringify(address.slice(0, 20))} is unknown`, () =>
      assert.equal(networkOf(address), 'unknown'))
  }

  it('is the same when a household’s address changes', () => {
    assert.equal(networkOf('2001:db8:1:2:a::1'), networkOf('2001:db8:1:2:ffff:ffff:ffff:ffff'))
    assert.notEqual(networkOf('2001:db8:1:2::1'), networkOf('2001:db8:1:3::1'))
  })
})
