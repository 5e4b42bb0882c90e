import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { emptyDatabase, migrateInTheFuture, type TestDatabase } from '../../testing/database.ts'
import { engine } from '../engine.ts'
import { SchemaTooNew } from './failures.ts'
import { readMigrations } from './files.ts'
import { migrate, rollBack, withMigrations } from './migrations.ts'

async function withEmptyDatabase(work: (test: TestDatabase) => Promise<void>) {
  const test = await emptyDatabase()
  try {
    await work(test)
  } finally {
    await test.drop()
  }
}

describe(`migrations on ${engine}`, () => {
  it('are the same history on both engines, each with its way back', async () => {
    const [sqlite, postgresql] = [await readMigrations('sqlite'), await readMigrations('postgresql')]
    assert.deepEqual(
      sqlite.map(({ name }) => name),
      postgresql.map(({ name }) => name),
    )
    assert.ok([...sqlite, ...postgresql].every(({ down }) => down?.trim()))
    assert.match(sqlite[0]?.name ?? '', /create_users$/)
  })

  it('apply once, in order, and a second run does nothing', () =>
    withEmptyDatabase(async ({ config }) => {
      const applied: string[] = []
      applied.push(...(await migrate(config)))
      assert.deepEqual(
        applied,
        (await readMigrations(engine)).map(({ name }) => name),
      )
      assert.deepEqual(await migrate(config), [])
    }))

  it('go down to an empty schema and up again', () =>
    withEmptyDatabase(async ({ config }) => {
      const all = (await readMigrations(engine)).length
      await migrate(config)
      await rollBack(config, 'all')
      const applied: string[] = []
      applied.push(...(await migrate(config)))
      assert.equal(applied.length, all)
    }))

  it('refuse a database that newer code has migrated', () =>
    withEmptyDatabase(async ({ config }) => {
      await migrate(config)
      await migrateInTheFuture(config)
      await assert.rejects(
        migrate(config),
        error => error instanceof SchemaTooNew && /29990101000000_from_the_future/.test(error.message),
      )
    }))

  it('apply beside the tables of another program, and not beside tables of their own without a record', () =>
    withEmptyDatabase(async ({ config }) => {
      const byHand = (sql: string) =>
        withMigrations(config, connection =>
          connection.exclusively(async () => {
            const migration = {
              name: '19990101000000_by_hand',
              sql,
              down: 'select 1',
              hash: '',
              folderMillis: 0,
            }
            await connection.apply(migration)
            await connection.revert(migration)
          }),
        )
      await byHand('create table spatial_ref_sys (srid integer)')
      const all = await migrate(config)
      await rollBack(config, 'all')
      await byHand('create table posts (id integer)')
      await assert.rejects(migrate(config), /no record of migrations.*--adopt/)
      await byHand('drop table posts')
      assert.deepEqual(await migrate(config), all)
    }))

  it('take turns when four processes start at once', { timeout: 60_000 }, () =>
    withEmptyDatabase(async ({ url }) => {
      const script = new URL('../../testing/migrate-once.ts', import.meta.url)
      const starting = Array.from({ length: 4 }, () =>
        fork(script, [url], { env: { ...process.env, DATABASE_URL: url } }),
      )
      const codes = await Promise.all(starting.map(async child => (await once(child, 'exit'))[0]))
      assert.deepEqual(codes, [0, 0, 0, 0])
    }),
  )
})
