import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { seedCommunity } from '../../cli/seed/seed.ts'
import type { DatabaseConfig } from '../../config.ts'
import { isIncomplete } from '../../search/rebuild.ts'
import { emptyDatabase, type TestDatabase } from '../../testing/database.ts'
import { schemaDump } from '../../testing/schema-dump.ts'
import { engine } from '../engine.ts'
import { openDatabase } from '../open.ts'
import { blocks, follows, notifications, participants, posts, users } from '../schema.ts'
import { and, eq, gt, inArray } from '../sql.ts'
import { readMigrations } from './files.ts'
import { migrate, rollBack, withMigrations } from './migrations.ts'

const rowsOf = (config: DatabaseConfig) =>
  withMigrations(
    config,
    async connection =>
      new Map([...(await connection.rowCounts())].map(([table, { rows }]) => [table, rows])),
  )

async function withSeededDatabase(work: (test: TestDatabase) => Promise<void>) {
  const test = await emptyDatabase()
  try {
    await migrate(test.config)
    const db = await openDatabase(test.config)
    await seedCommunity(db, { password: 'a quiet harbour', now: new Date() })
    await db.close()
    await work(test)
  } finally {
    await test.drop()
  }
}

/** Adds what older code stored, and counts what a migration should leave. */
async function withStaleRows(config: DatabaseConfig, past: Date, future: Date) {
  const db = await openDatabase(config)
  const kept = await db.$count(notifications)
  const [side] = await db.select().from(participants).limit(1)
  const { userId, otherId } = side as { userId: number; otherId: number }
  const [followed] = await db.select().from(follows).limit(1)
  const { followerId, followedId } = followed as { followerId: number; followedId: number }
  await db.transaction(async tx => {
    await tx.update(users).set({ createdAt: past }).where(eq(users.id, userId))
    await tx
      .update(follows)
      .set({ createdAt: past })
      .where(and(eq(follows.followerId, followerId), eq(follows.followedId, followedId)))
    const stale = [past, future].map(createdAt => ({ userId, body: 'stale', entities: [], createdAt }))
    const [post] = await tx.insert(posts).values(stale).returning({ id: posts.id })
    // No account follows itself, and the post has no mentions.
    const notice = { userId, actorId: userId, createdAt: past }
    await tx.insert(notifications).values([
      { ...notice, kind: 'follow', subject: 'follow:gone' },
      { ...notice, kind: 'mention', subject: 'mention:gone', postId: Number(post?.id) },
    ])
    await tx.update(participants).set({ unread: 3 })
    await tx.insert(blocks).values({ blockerId: userId, blockedId: otherId, createdAt: past })
  })
  const unread = (await db.$count(participants)) - 1
  await db.close()
  return { notifications: kept, unread }
}

describe(`the history of migrations on ${engine}, with rows in the tables`, { timeout: 120_000 }, () => {
  it('comes from each earlier state to the newest, keeping what it can and making the rest the same', async () => {
    const names = (await readMigrations(engine)).map(({ name }) => name)
    await withSeededDatabase(async ({ config }) => {
      const newest = await schemaDump(config)
      for (const name of names.slice(0, -1).toReversed()) {
        await rollBack(config, { to: name })
        const before = await rowsOf(config)
        await migrate(config)
        const after = await rowsOf(config)
        // A migration may add work, and drop a table, which a way back makes again, without rows.
        for (const [table, rows] of before)
          if (table !== 'jobs') assert.equal(after.get(table) ?? 0, rows, `${table} after ${name} and back`)
        assert.deepEqual(
          await schemaDump(config),
          newest,
          `tables, indexes and triggers after ${name} and back`,
        )
        await rollBack(config, { to: name })
      }
    })
  })

  it('puts right what older code left: notices of what is gone, badges of the blocked, impossible times', async () => {
    const before = (await readMigrations(engine)).findLast(({ name }) => name < '20261129194812')?.name
    const [past, future] = [new Date('1843-01-02'), new Date('2126-01-02')]
    await withSeededDatabase(async ({ config }) => {
      const counts = await withStaleRows(config, past, future)
      await rollBack(config, { to: String(before) })
      await migrate(config)
      const db = await openDatabase(config)
      const times = await db.select({ createdAt: posts.createdAt }).from(posts).where(eq(posts.body, 'stale'))
      const [old, ahead] = times.map(({ createdAt }) => createdAt.getTime()).toSorted((a, b) => a - b)
      assert.equal(old, 0)
      assert.ok(Math.abs(Number(ahead) - Date.now()) < 60_000)
      assert.equal(await db.$count(users, eq(users.createdAt, new Date(0))), 1)
      assert.equal(await db.$count(follows, eq(follows.createdAt, new Date(0))), 1)
      assert.equal(await db.$count(notifications), counts.notifications)
      assert.equal(await db.$count(participants, gt(participants.unread, 0)), counts.unread)
      assert.equal(await isIncomplete(db), engine === 'sqlite', 'the next start fills the index again')
      await db.close()
    })
  })

  it('goes down step by step without touching the rows of the tables that stay', () =>
    withSeededDatabase(async ({ config }) => {
      const db = await openDatabase(config)
      const added = await db.$count(
        notifications,
        inArray(notifications.kind, ['reply', 'like', 'repost', 'quote']),
      )
      await db.close()
      const lost: number[] = []
      for (let before = await rowsOf(config); before.size > 0; before = await rowsOf(config)) {
        await rollBack(config, { steps: 1 })
        for (const [table, rows] of await rowsOf(config)) {
          const missing = (before.get(table) ?? 0) - rows
          if (table === 'notifications' && missing > 0) lost.push(missing)
          else assert.equal(missing, 0, table)
        }
      }
      assert.deepEqual(lost, [added], 'older code has a fixed list of kinds, without these')
      assert.deepEqual([...(await rowsOf(config)).keys()], [])
    }))
})
