import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import postgres from 'postgres'
import { root } from '../config.ts'
import { emptyPostgresDatabase, migratedDatabase, type TestDatabase } from '../testing/database.ts'
import { eventually } from '../testing/eventually.ts'
import { startPostgres } from '../testing/postgres.ts'
import { endedProcess, startProcess } from '../testing/process.ts'
import { anything, type Database, openDatabase, type Writer } from './database.ts'
import { engine } from './engine.ts'
import { migrate } from './migrations/migrations.ts'
import { rateLimits } from './schema.ts'

/** What is heard of a topic in another process: SQLite can only tell that something was written. */
const abroad = (topic: string) => (engine === 'sqlite' ? anything : topic)

/** A last greeting from before may still be on its way. */
const isNews = (topic: string) => topic !== 'hello'

let written = 0
/** Every transaction that signals writes something, too. */
const saying =
  (...topics: string[]) =>
  async (tx: Writer) => {
    await tx.insert(rateLimits).values({ key: `said ${written++}`, freeAt: new Date() })
    for (const topic of topics) tx.signal(topic)
  }

/** Says something until it is heard on the other side: whoever listens needs a moment to begin. */
async function untilListening(from: Database, heard: string[]): Promise<void> {
  await eventually(async () => {
    await from.transaction(saying('hello'))
    return heard.includes(abroad('hello'))
  })
}

describe(`signals on ${engine}`, () => {
  let test: TestDatabase
  let here: Database
  let there: Database
  const heardHere: string[] = []
  const heardThere: string[] = []
  before(async () => {
    test = await migratedDatabase()
    here = await openDatabase(test.config)
    there = await openDatabase(test.config)
    here.onSignal(topic => void heardHere.push(topic))
    there.onSignal(topic => void heardThere.push(topic))
    await untilListening(here, heardThere)
    await untilListening(there, heardHere)
  })
  beforeEach(() => {
    heardHere.length = 0
    heardThere.length = 0
  })
  after(async () => {
    await Promise.all([here.close(), there.close()])
    await test.drop()
  })

  it('are heard in this process at once and in others soon, each topic once', async () => {
    await here.transaction(saying('tea', 'cake', 'tea'))
    assert.deepEqual(heardHere.filter(isNews), ['tea', 'cake'])
    await eventually(async () => heardThere.includes(abroad('cake')))
    await eventually(async () => heardThere.includes(abroad('tea')))
    await there.transaction(saying('back'))
    await eventually(async () => heardHere.includes(abroad('back')))
    assert.deepEqual(heardHere.filter(isNews), ['tea', 'cake', abroad('back')], 'nobody hears an echo')
  })

  it('say nothing of what was rolled back, and nothing without a topic', async () => {
    const failing = here.transaction(async tx => {
      await saying('never')(tx)
      throw new Error('changed my mind')
    })
    await assert.rejects(failing, /changed my mind/)
    await there.transaction(saying('sentinel'))
    await eventually(async () => heardHere.includes(abroad('sentinel')))
    assert.ok(!heardHere.includes('never') && !heardThere.includes('never'))
  })

  it('are heard by nobody who has stopped listening', async () => {
    const heard: string[] = []
    const stop = here.onSignal(topic => void heard.push(topic))
    stop()
    await here.transaction(saying('tea'))
    assert.deepEqual([heard, heardHere], [[], ['tea']])
  })

  it('tell the statements of a transaction from those that listening needs', async () => {
    const statements: string[] = []
    const counted = await openDatabase(test.config, { onStatement: sql => void statements.push(sql) })
    counted.onSignal(() => {})
    await counted.transaction(saying('tea'))
    assert.equal(statements.length, 1)
    await counted.close()
  })

  it('never keep a process that has closed its database', async () => {
    const script = `
      import { openDatabase } from '${root}/app/database/database.ts'
      import { environment, readConfig } from '${root}/app/config.ts'
      const db = await openDatabase(readConfig(environment).database)
      const { promise, resolve } = Promise.withResolvers()
      db.onSignal(resolve)
      if (${engine === 'postgresql'}) await promise
      await db.close()`
    const process = startProcess(['--input-type=module', '-e', script], { DATABASE_URL: test.url })
    const { code, output } = await endedProcess(process)
    assert.equal(code, 0, output)
  })
})

/** An embedded database has no server that could be away. */
if (engine === 'postgresql')
  describe('listening', () => {
    it('goes on after its connection was lost, and says that something may have been missed', async () => {
      const test = await migratedDatabase()
      const [here, there] = [await openDatabase(test.config), await openDatabase(test.config)]
      const heard: string[] = []
      here.onSignal(topic => void heard.push(topic))
      await untilListening(there, heard)
      heard.length = 0
      const admin = postgres(test.url, { max: 1 })
      await admin`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and query ilike 'listen%'`
      await eventually(async () => heard.includes(anything))
      await there.transaction(saying('tea'))
      await eventually(async () => heard.includes('tea'))
      await Promise.all([here.close(), there.close(), admin.end()])
      await test.drop()
    })

    it('begins before the server is there, and goes on when it was away', {
      timeout: 60_000,
    }, async context => {
      const server = await startPostgres()
      context.after(() => server.stop())
      const { config } = await emptyPostgresDatabase(server.url)
      await migrate(config)
      await server.stopServer()
      const [here, there] = [await openDatabase(config), await openDatabase(config)]
      context.after(() => Promise.all([here.close(), there.close()]))
      const heard: string[] = []
      here.onSignal(topic => void heard.push(topic))
      await assert.rejects(here.ping())
      for (const _ of ['the first time', 'again']) {
        await server.startServer()
        await eventually(async () => heard.includes(anything), 20_000)
        await there.transaction(saying('tea'))
        await eventually(async () => heard.includes('tea'))
        await server.stopServer()
        heard.length = 0
      }
      const alone = await openDatabase(config)
      alone.onSignal(() => {})
      await alone.close()
    })
  })
