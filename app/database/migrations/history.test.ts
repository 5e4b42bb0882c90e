import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { seedCommunity } from '../../cli/seed/seed.ts'
import type { DatabaseConfig } from '../../config.ts'
import { emptyDatabase, type TestDatabase } from '../../testing/database.ts'
import { engine } from '../engine.ts'
import { openDatabase } from '../open.ts'
import { readMigrations } from './files.ts'
import { migrate, rollBack, withMigrations } from './migrations.ts'

const rowsOf = (config: DatabaseConfig) =>
  withMigrations(
    config,
    async connection =>
      new Map([...(await connection.rowCounts())].map(([table, { rows }]) => [table, rows])),
  )

const shapeOf = (config: DatabaseConfig) => withMigrations(config, connection => connection.schemaDump())

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

describe(`the history of migrations on ${engine}, with rows in the tables`, { timeout: 120_000 }, () => {
  it('comes from each earlier state to the newest, keeping what it can and making the rest the same', async () => {
    const names = (await readMigrations(engine)).map(({ name }) => name)
    await withSeededDatabase(async ({ config }) => {
      const newest = await shapeOf(config)
      for (const name of names.slice(0, -1).toReversed()) {
        await rollBack(config, { to: name })
        const before = await rowsOf(config)
        await migrate(config)
        const after = await rowsOf(config)
        for (const [table, rows] of before)
          assert.equal(after.get(table), rows, `${table} after ${name} and back`)
        assert.deepEqual(await shapeOf(config), newest, `tables, indexes and triggers after ${name} and back`)
        await rollBack(config, { to: name })
      }
    })
  })

  it('goes down step by step without touching the rows of the tables that stay', () =>
    withSeededDatabase(async ({ config }) => {
      for (let before = await rowsOf(config); before.size > 0; before = await rowsOf(config)) {
        await rollBack(config, { steps: 1 })
        for (const [table, rows] of await rowsOf(config)) assert.equal(rows, before.get(table), table)
      }
      assert.deepEqual([...(await rowsOf(config)).keys()], [])
    }))
})
