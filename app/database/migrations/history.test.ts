import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { seedCommunity } from '../../cli/seed/seed.ts'
import type { DatabaseConfig } from '../../config.ts'
import { isIncomplete } from '../../search/rebuild.ts'
import { copyOf, migratedDatabase, type TestDatabase } from '../../testing/database.ts'
import { schemaDump } from '../../testing/schema-dump.ts'
import { engine } from '../engine.ts'
import { openDatabase } from '../open.ts'
import { blocks, follows, notifications, participants, posts, users } from '../schema.ts'
import { and, eq, gt, inArray } from '../sql.ts'
import { readMigrations } from './files.ts'
import { migrate, migrationStatus, rollBack, withMigrations } from './migrations.ts'

const rowsOf = (config: DatabaseConfig) =>
  withMigrations(
    config,
    async connection =>
      new Map([...(await connection.rowCounts())].map(([table, { rows }]) => [table, rows])),
  )

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
  let seeded: TestDatabase
  before(async () => {
    seeded = await migratedDatabase()
    const db = await openDatabase(seeded.config)
    await seedCommunity(db, { password: 'a quiet harbour', now: new Date() })
    await db.close()
  })
  after(() => seeded.drop())
  const withCopyOf = async (original: TestDatabase, work: (test: TestDatabase) => Promise<void>) => {
    const copy = await copyOf(original)
    await work(copy).finally(() => copy.drop())
  }

  it('puts right what older code left: notices of what is gone, badges of the blocked, impossible times', async () => {
    const before = (await readMigrations(engine)).findLast(({ name }) => name < '20261129194812')?.name
    const [past, future] = [new Date('1843-01-02'), new Date('2126-01-02')]
    await withCopyOf(seeded, async ({ config }) => {
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

  it('goes down step by step without touching the rows of the tables that stay, and comes from each step to the newest', () =>
    withCopyOf(seeded, async earlier => {
      const { config } = earlier
      const newest = await schemaDump(config)
      const db = await openDatabase(config)
      const added = await db.$count(
        notifications,
        inArray(notifications.kind, ['reply', 'like', 'repost', 'quote']),
      )
      await db.close()
      const lost: number[] = []
      for (let before = await rowsOf(config); before.size > 0; ) {
        await rollBack(config, { steps: 1 })
        const left = await rowsOf(config)
        for (const [table, rows] of left) {
          const missing = (before.get(table) ?? 0) - rows
          if (table === 'notifications' && missing > 0) lost.push(missing)
          else assert.equal(missing, 0, table)
        }
        if (left.size > 0) await withCopyOf(earlier, copy => comesToTheNewest(copy, left, newest))
        before = left
      }
      assert.deepEqual(lost, [added], 'older code has a fixed list of kinds, without these')
    }))
})

/** One migration leads there and back, and all of them to the newest; they keep what they can and make the rest the same. */
async function comesToTheNewest(
  { config }: TestDatabase,
  before: Map<string, number>,
  newest: string[],
): Promise<void> {
  const status = await migrationStatus(config)
  const next = status.findIndex(({ state }) => state === 'pending')
  const from = String(status[next - 1]?.name)
  await migrate(config, { to: String(status[next]?.name) })
  await rollBack(config, { to: from })
  await migrate(config)
  const after = await rowsOf(config)
  // A migration may add work, and drop a table, which a way back makes again, without rows.
  for (const [table, rows] of before)
    if (table !== 'jobs') assert.equal(after.get(table) ?? 0, rows, `${table} after ${from} and back`)
  assert.deepEqual(await schemaDump(config), newest, `tables, indexes and triggers after ${from} and back`)
}
