import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Database } from '../database/database.ts'
import { openDatabase } from '../database/open.ts'
import { rateLimits } from '../database/schema.ts'
import { eq, shifted } from '../database/sql.ts'
import { migratedDatabase, type TestDatabase } from '../testing/database.ts'
import { catchRateLimit, RateLimitExceeded, RateLimits } from './limits.ts'
import { networkOf, widerNetworkOf } from './network.ts'
import type { RateLimit } from './queries.ts'

const signIn = { name: 'sign-in', burst: 10, every: 60_000 }
const posting = { name: 'posting', burst: 30, every: 10_000 }

const limits = new RateLimits(true)

describe('a rate limit', () => {
  let test: TestDatabase
  let databases: Database[]
  before(async () => {
    test = await migratedDatabase()
    databases = await Promise.all(Array.from({ length: 4 }, () => openDatabase(test.config)))
  })
  after(async () => {
    await Promise.all(databases.map(db => db.close()))
    await test.drop()
  })
  const nth = (n: number) => databases[n % databases.length] as Database
  const spendOne = (allowance: RateLimit, subject: string, n = 0) =>
    nth(n)
      .transaction(tx => limits.consume(tx, allowance, subject))
      .catch(catchRateLimit)
  const spendMany = (count: number, subject: string) =>
    Promise.all(Array.from({ length: count }, (_, n) => spendOne(signIn, subject, n)))
  const passed = (answers: (RateLimitExceeded | void)[]) => answers.filter(answer => !answer).length
  /** Simulates that time has passed. */
  const wait = (key: string, milliseconds: number) =>
    nth(0).transaction(tx =>
      tx
        .update(rateLimits)
        .set({ freeAt: shifted(rateLimits.freeAt, -milliseconds) })
        .where(eq(rateLimits.key, key)),
    )

  it('allows exactly its burst of 50 simultaneous uses on four connections', async () => {
    assert.equal(passed(await spendMany(50, 'hammered')), 10)
    assert.equal(passed(await spendMany(5, 'hammered')), 0, 'and it holds')
    assert.equal(passed(await spendMany(5, 'another')), 5)
  })

  it('ignores uses from while the clock was a day ahead', async () => {
    assert.equal(passed(await spendMany(12, 'ahead')), 10)
    await wait('sign-in:ahead', -86_400_000)
    assert.equal(passed(await spendMany(12, 'ahead')), 10)
    assert.equal(passed(await spendMany(5, 'ahead')), 0, 'and it holds')
  })

  it('counts a /64 for the /48 around it, too', async () => {
    const allowance = { name: 'wide', burst: 2, every: 60_000 }
    const answers = []
    for (let n = 0; n < 40; n++)
      answers.push(await spendOne(allowance, networkOf(`2001:db8:5:${n.toString(16)}::1`)))
    assert.equal(passed(answers), 32, 'sixteen times as many')
    assert.ok((answers.at(-1) as RateLimitExceeded).retryAfter <= 4)
    assert.equal(passed([await spendOne(allowance, networkOf('2001:db8:6:1::1'))]), 1)
    for (const subject of ['user 5', 7, '203.0.113.7', 'unknown']) assert.equal(widerNetworkOf(subject), null)
  })

  it('says when the next use is allowed', async () => {
    assert.equal(passed(await spendMany(12, 'patient')), 10)
    const refused = await spendOne(signIn, 'patient')
    assert.ok(refused instanceof RateLimitExceeded)
    assert.equal(refused.statusCode, 429)
    assert.ok(refused.retryAfter > 50 && refused.retryAfter <= 60, String(refused.retryAfter))
    await wait('sign-in:patient', refused.retryAfter * 1000)
    assert.equal(passed(await spendMany(3, 'patient')), 1)
    await wait('sign-in:patient', 150_000)
    assert.equal(passed(await spendMany(5, 'patient')), 2)
  })

  it('never allows more than its burst, however long it was unused', async () => {
    await spendOne(signIn, 'rare')
    await wait('sign-in:rare', 365 * 24 * 3_600_000)
    assert.equal(passed(await spendMany(20, 'rare')), 10)
  })

  it('does not count uses that were rolled back', async () => {
    for (let n = 0; n < 20; n++) {
      const failed = nth(n).transaction(async tx => {
        await limits.consume(tx, signIn, 'unlucky')
        throw new Error('something else')
      })
      await assert.rejects(failed, /something else/)
    }
    assert.equal(passed(await spendMany(20, 'unlucky')), 10)
  })

  it('counts each subject and each kind separately', async () => {
    assert.equal(passed(await spendMany(11, '7')), 10)
    assert.equal(await spendOne(posting, '7'), undefined)
    assert.equal(await spendOne(signIn, '77'), undefined)
  })

  it('holds after a restart', async () => {
    await spendMany(10, 'steady')
    const again = await openDatabase(test.config)
    const refused = await again.transaction(tx => limits.consume(tx, signIn, 'steady')).catch(catchRateLimit)
    await again.close()
    assert.ok(refused instanceof RateLimitExceeded)
  })

  it('does not apply with RATE_LIMITS=off', async () => {
    const off = new RateLimits(false)
    for (let n = 0; n < 30; n++) await nth(n).transaction(tx => off.consume(tx, signIn, 'free'))
    const rows = await nth(0).select().from(rateLimits).where(eq(rateLimits.key, 'sign-in:free'))
    assert.equal(rows.length, 0)
  })
})
