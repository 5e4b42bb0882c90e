import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Writer } from '../database/database.ts'
import { engine } from '../database/engine.ts'
import { deleteExpired } from '../database/retention.ts'
import * as tables from '../database/schema.ts'
import { eq } from '../database/sql.ts'
import { retention } from '../registry/contributions.ts'
import { openSite, type Site } from '../testing/site.ts'
import { scheduleCleanup } from './cleanup.ts'

const day = 86_400_000
const { sessions, passwordResets, emailConfirmations, rateLimits, idempotencyKeys, knownDevices } = tables
const { exports, exportParts, jobs } = tables

describe(`cleanup on ${engine}`, () => {
  let site: Site
  before(async () => {
    site = await openSite()
  })
  after(() => site.close())
  const now = new Date()
  const ago = (days: number) => new Date(now.getTime() - days * day)
  const inAnHour = new Date(now.getTime() + 3_600_000)

  /** One row of each kind, expired or not. */
  async function addRows(tx: Writer, name: string, isOld: boolean): Promise<void> {
    const userId = site.ids.susan
    const expiresAt = isOld ? ago(0.01) : inAnHour
    const link = { tokenHash: name, userId, createdAt: ago(1), expiresAt }
    await tx.insert(sessions).values({ ...link, lastUsedAt: now, persistent: true, userAgent: '', label: '' })
    await tx.insert(passwordResets).values(link)
    await tx.insert(emailConfirmations).values({ ...link, email: 'susan@example.com' })
    await tx.insert(rateLimits).values({ key: name, freeAt: expiresAt })
    const answer = { request: '', status: 201, body: '{}' }
    await tx
      .insert(idempotencyKeys)
      .values({ ...answer, userId, key: name, createdAt: ago(isOld ? 1.1 : 0.9) })
    await tx.insert(knownDevices).values({ tokenHash: name, userId, lastUsedAt: ago(isOld ? 366 : 364) })
    const [made] = await tx
      .insert(exports)
      .values({ userId, createdAt: ago(3), expiresAt })
      .returning({ id: exports.id })
    await tx.insert(exportParts).values({ exportId: Number(made?.id), position: 0, bytes: Buffer.from(name) })
    const job = { name, input: {}, createdAt: ago(40) }
    await tx.insert(jobs).values([
      { ...job, state: 'done', finishedAt: ago(isOld ? 1.1 : 0.9) },
      { ...job, state: 'cancelled', finishedAt: ago(isOld ? 1.1 : 0.9) },
      { ...job, state: 'parked', finishedAt: ago(isOld ? 31 : 29) },
    ])
    if (!isOld) await tx.insert(jobs).values({ ...job, state: 'waiting', dueAt: inAnHour })
  }

  it('deletes expired rows and nothing else, and runs again in an hour', async () => {
    const { db } = site.app
    await db.transaction(async tx => {
      await addRows(tx, 'old', true)
      await addRows(tx, 'new', false)
    })
    await scheduleCleanup(db)
    await scheduleCleanup(db)
    await site.workJobs()
    for (const table of [sessions, passwordResets, emailConfirmations, rateLimits, idempotencyKeys])
      assert.equal(await db.$count(table), 1)
    for (const table of [knownDevices, exports, exportParts]) assert.equal(await db.$count(table), 1)
    assert.equal(await db.$count(jobs, eq(jobs.name, 'old')), 0)
    assert.equal(await db.$count(jobs, eq(jobs.name, 'new')), 4)
    const cleanups = await db.select().from(jobs).where(eq(jobs.name, 'jobs.clean')).orderBy(jobs.id)
    assert.deepEqual(
      cleanups.map(({ state, result }) => ({ state, result })),
      [
        { state: 'done', result: { rows: 10 } },
        { state: 'waiting', result: null },
      ],
    )
    const wait = Number(cleanups[1]?.dueAt) - Date.now()
    assert.ok(wait > 3_500_000 && wait <= 3_600_000, String(wait))
  })

  it('deletes a limited number of rows at a time', async () => {
    const { db } = site.app
    const kind = retention.find(({ from }) => from === rateLimits) as (typeof retention)[0]
    const keys = Array.from({ length: 501 }, (_, n) => ({ key: `old ${n}`, freeAt: ago(1) }))
    await db.transaction(async tx => void (await tx.insert(rateLimits).values(keys)))
    const clean = () => db.transaction(tx => deleteExpired(tx, kind, now))
    assert.deepEqual([await clean(), await clean(), await clean()], [500, 1, 0])
  })
})
