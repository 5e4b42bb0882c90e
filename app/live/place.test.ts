import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { advanced, idOf, lateness, newRows, placeOf, placeSince } from './place.ts'

const now = Date.now()
const row = (id: number, age = 0) => ({ id, createdAt: new Date(now - age) })
const ids = (rows: { id: number }[]) => rows.map(({ id }) => id)

describe('the place of a stream', () => {
  it('begins with what came after the page was made', () => {
    const { posts } = placeSince(now)
    assert.deepEqual(ids(newRows(posts, [row(1, 1), row(2, 0), row(3, -1)])), [3])
  })

  it('knows what was sent, and what has come late', () => {
    const track = advanced(placeSince(now - 60_000).posts, [row(3), row(5, 1_000)], now)
    assert.deepEqual(ids(newRows(track, [row(5, 1_000), row(4, 9_000), row(3)])), [4])
    assert.deepEqual(ids(newRows(track, [row(2, lateness)])), [], 'nothing is that late')
    assert.deepEqual(ids(newRows(track, [row(5, 500)])), [5], 'told again, at another time')
  })

  it('survives as the id of an event', () => {
    const place = placeSince(now - 60_000)
    const rows = [row(2 ** 40, -300), row(7, 2_000), row(8, 11_999)]
    place.posts = advanced(place.posts, rows, now)
    place.notifications = advanced(place.notifications, [row(1)], now + 5)
    const read = placeOf(idOf(place))
    assert.ok(read)
    assert.equal(idOf(read), idOf(place))
    assert.deepEqual(
      newRows(read.posts, [...rows, row(9)]).map(({ id }) => id),
      [9],
    )
    assert.ok(/^[\w.,~-]+$/.test(idOf(place)))
  })

  it('remembers only what could come again, and no more than fits into a header', () => {
    let { posts } = placeSince(now - 60_000)
    posts = advanced(posts, [row(1, 20_000)], now)
    assert.deepEqual(posts.sent, [])
    const burst = Array.from({ length: 3_000 }, (_, index) => row(1_000_000 + index * 7, index))
    posts = advanced(posts, burst, now)
    assert.equal(newRows(posts, burst).length, 0)
    assert.ok(idOf({ posts, notifications: posts }).length < 8_000)
  })

  it('is the moment of a page, too', () => {
    assert.deepEqual(placeOf(String(now)), placeSince(now))
  })

  for (const text of [
    '',
    'x',
    '~',
    'a~',
    '1,2~3',
    'a,b.c,~a',
    '1;drop',
    '\u0000',
    '1'.repeat(99),
    'NaN~NaN',
    '-1~-1',
    '99999999999999',
    'zzzzzzzzzz~1',
  ])
    it(`is not ${JSON.stringify(text)}`, () => assert.equal(placeOf(text), null))
})
