import assert from 'node:assert/strict'
import path from 'node:path'
import { after, before, beforeEach, describe, it } from 'node:test'
import { type Config, readConfig, root } from '../config.ts'
import { type Database } from '../database/database.ts'
import { engine } from '../database/engine.ts'
import { openDatabase } from '../database/open.ts'
import { jobs, rateLimits } from '../database/schema.ts'
import { eq } from '../database/sql.ts'
import { migratedDatabase, type TestDatabase } from '../testing/database.ts'
import { eventually } from '../testing/eventually.ts'
import { endProcess, type Started, startProcess } from '../testing/process.ts'
import { enqueue } from './queue.ts'

/** Kills real worker processes and checks the database. */
describe(`workers in several processes on ${engine}`, () => {
  let test: TestDatabase
  let config: Config
  let db: Database
  const started: Started[] = []
  before(async () => {
    test = await migratedDatabase()
    config = readConfig({ DATABASE_URL: test.url, SQLITE_SYNCHRONOUS: 'NORMAL' })
    db = await openDatabase(config.database)
  })
  beforeEach(() =>
    db.transaction(async tx => {
      await tx.delete(jobs)
      await tx.delete(rateLimits)
    }),
  )
  after(async () => {
    const alive = started.filter(child => child.exitCode === null && child.signalCode === null)
    await Promise.all(alive.map(child => endProcess(child, 'SIGKILL')))
    await db.close()
    await test.drop()
  })

  const startWorker = ({ concurrency = 2, leaseMs = 30_000 } = {}) => {
    const script = path.join(root, 'app/testing/job-worker.ts')
    const child = startProcess([script, String(concurrency), String(leaseMs)], { DATABASE_URL: test.url })
    started.push(child)
    return child
  }
  const says = (child: Started, words: string) =>
    eventually(async () => child.output().includes(words), 15_000)
  const add = (name: string) => db.transaction(tx => enqueue(tx, { name: name as never, input: {} as never }))
  const find = async (id: number) =>
    (await db.select().from(jobs).where(eq(jobs.id, id)))[0] as typeof jobs.$inferSelect
  const marks = async () => (await db.select({ key: rateLimits.key }).from(rateLimits)).map(({ key }) => key)

  it('run each of 400 jobs exactly once in 4 processes', { timeout: 60_000 }, async () => {
    const workers = Array.from({ length: 4 }, () => startWorker({ concurrency: 4 }))
    await Promise.all(workers.map(worker => says(worker, 'ready')))
    await db.transaction(async tx => {
      for (let n = 0; n < 400; n++) await enqueue(tx, { name: 'test.count' as never, input: {} as never })
    })
    await eventually(async () => (await db.$count(jobs, eq(jobs.state, 'done'))) === 400, 40_000)
    const runs = workers.map(worker => worker.output().match(/^counted \d+$/gm) ?? [])
    assert.equal(new Set(runs.flat()).size, 400)
    assert.equal(runs.flat().length, 400, 'none was started twice')
    assert.equal((await marks()).length, 400)
    assert.ok(runs.filter(lines => lines.length > 0).length > 1, 'more than one worker ran jobs')
    for (const worker of workers) assert.equal(await endProcess(worker), 0, worker.output())
  })

  it('retry the job of a killed worker', { timeout: 60_000 }, async () => {
    const killed = startWorker({ leaseMs: 1_500 })
    const id = await add('test.stall')
    await says(killed, 'attempt 1')
    await endProcess(killed, 'SIGKILL')
    const { state, dueAt } = await find(id)
    assert.equal(state, 'running')
    assert.ok(dueAt, 'it is due when the lease ends')
    const next = startWorker({ leaseMs: 1_500 })
    await eventually(async () => (await find(id)).state === 'done', 20_000)
    assert.doesNotMatch(next.output(), /attempt 1/)
    const { attempts, result, error } = await find(id)
    assert.deepEqual({ attempts, result, error }, { attempts: 2, result: { attempt: 2 }, error: null })
    assert.deepEqual((await marks()).toSorted(), ['attempt 1', 'attempt 2', `counted ${id}`])
    await endProcess(next, 'SIGKILL')
  })

  it('keep a job that takes longer than the lease', { timeout: 60_000 }, async () => {
    const [one, other] = [startWorker({ leaseMs: 1_500 }), startWorker({ leaseMs: 1_500 })]
    await Promise.all([says(one, 'ready'), says(other, 'ready')])
    const id = await add('test.stall')
    const first = (await find(id)).createdAt
    await eventually(async () => Number((await find(id)).dueAt) - Number(first) > 4_500, 15_000)
    assert.equal((await find(id)).attempts, 1)
    assert.deepEqual(await marks(), ['attempt 1'])
    await Promise.all([endProcess(one, 'SIGKILL'), endProcess(other, 'SIGKILL')])
  })

  it('release unfinished jobs at once when they are stopped', { timeout: 60_000 }, async () => {
    const stopped = startWorker()
    const id = await add('test.stall')
    await says(stopped, 'attempt 1')
    stopped.kill('SIGTERM')
    await eventually(async () => (await find(id)).state === 'waiting', 10_000)
    const { attempts, dueAt } = await find(id)
    assert.equal(attempts, 0)
    assert.ok(dueAt && dueAt <= new Date())
    await endProcess(stopped, 'SIGKILL')
  })
})
