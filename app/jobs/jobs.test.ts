import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { engine } from '../database/engine.ts'
import { jobs, rateLimits } from '../database/schema.ts'
import { eq } from '../database/sql.ts'
import { eventually } from '../testing/eventually.ts'
import { openSite, type Site } from '../testing/site.ts'
import { claimJob } from './claim-queries.ts'
import { ClaimLost, type JobContext, type JobDefinition, PermanentFailure } from './definition.ts'
import { cancelJob, retryJob } from './queries.ts'
import { enqueue, type NewJob } from './queue.ts'
import { startWorker, type WorkerOptions, workDueJobs } from './worker.ts'

describe(`jobs on ${engine}`, () => {
  let site: Site
  let names = 0
  before(async () => {
    site = await openSite()
  })
  after(() => site.close())
  beforeEach(() => site.app.db.transaction(async tx => void (await tx.delete(jobs))))

  /** Defines a job under a new name. */
  const define = (run: JobDefinition['run'], attempts = 3): JobDefinition => ({
    name: `test.${++names}` as never,
    attempts,
    run,
  })
  const add = ({ name }: JobDefinition, job: Partial<NewJob<never>> = {}) =>
    site.app.db.transaction(tx => enqueue(tx, { input: {} as never, ...job, name: name as never }))
  const optionsFor = (definitions: JobDefinition[]) => ({
    definitions: Object.fromEntries(definitions.map(definition => [definition.name, definition])),
  })
  const workOn = (definition: JobDefinition, time?: Date) =>
    workDueJobs(site.app, { ...optionsFor([definition]), ...(time && { now: () => time }) })
  const start = (definitions: JobDefinition[], options: Partial<WorkerOptions> = {}) =>
    startWorker(site.app, { ...optionsFor(definitions), ...options })
  const find = async (id: number) =>
    (await site.app.db.select().from(jobs).where(eq(jobs.id, id)))[0] as typeof jobs.$inferSelect
  const leaveMark = (key: string) => (tx: Parameters<Parameters<JobContext['transaction']>[0]>[0]) =>
    tx.insert(rateLimits).values({ key, freeAt: new Date() })
  const hasMark = async (key: string) =>
    (await site.app.db.select().from(rateLimits).where(eq(rateLimits.key, key))).length === 1

  it('run once and store their result', async () => {
    const seen: unknown[] = []
    const job = define(async (input, { id, attempt }) => {
      seen.push({ input, id, attempt })
      return async tx => {
        await leaveMark('done once')(tx)
        return { answer: 42 }
      }
    })
    const id = await add(job, { input: { question: '¿qué?' } as never })
    assert.equal((await find(id)).state, 'waiting')
    await workOn(job)
    await workOn(job)
    assert.deepEqual(seen, [{ input: { question: '¿qué?' }, id, attempt: 1 }])
    const { state, result, dueAt, error } = await find(id)
    assert.deepEqual(
      { state, result, dueAt, error },
      { state: 'done', result: { answer: 42 }, dueAt: null, error: null },
    )
    assert.equal(await hasMark('done once'), true)
  })

  it('are due again after the clock was a day ahead', async () => {
    const job = define(async () => {})
    const ids = [await add(job), await add(job), await add(job, { at: new Date(Date.now() + 3_600_000) })]
    const tomorrow = new Date(Date.now() + 86_400_000)
    const [running, enqueued, later] = ids as [number, number, number]
    const change = (id: number, to: object) =>
      site.app.db.transaction(async tx => void (await tx.update(jobs).set(to).where(eq(jobs.id, id))))
    await change(running, { state: 'running', claim: 'killed', attempts: 1, dueAt: tomorrow })
    await change(enqueued, { dueAt: tomorrow, createdAt: tomorrow })
    const worker = start([job])
    for (const id of [running, enqueued]) await eventually(async () => (await find(id)).state === 'done')
    assert.equal((await find(later)).state, 'waiting', 'one that is to wait for an hour does')
    await worker.stop()
  })

  it('do not exist when the transaction that adds them rolls back', async () => {
    const job = define(async () => assert.fail('it was never added'))
    const adding = site.app.db.transaction(async tx => {
      await enqueue(tx, { name: job.name as never, input: {} as never })
      throw new Error('no')
    })
    await assert.rejects(adding, /no/)
    await workOn(job)
  })

  it('wait until they are due, and run in that order', async () => {
    const order: string[] = []
    const job = define(async input => void order.push(String(Object(input).word)))
    const inAMinute = new Date(Date.now() + 60_000)
    for (const [word, at] of [['last', inAMinute], ['second'], ['first', new Date(0)]] as const)
      await add(job, { input: { word } as never, at })
    await workOn(job)
    assert.deepEqual(order, ['first', 'second'])
    await workOn(job, new Date(inAMinute.getTime() + 1))
    assert.deepEqual(order, ['first', 'second', 'last'])
  })

  it('have one unfinished job a unique key, which may add the next itself', async () => {
    let runs = 0
    const job = define(async () => {
      runs++
      return async tx => {
        if (runs === 1) await enqueue(tx, { name: job.name as never, input: {} as never, uniqueKey: 'k' })
      }
    })
    const first = await add(job, { uniqueKey: 'k' })
    assert.equal(await add(job, { uniqueKey: 'k' }), first)
    await workOn(job)
    assert.equal(runs, 2)
    assert.notEqual(await add(job, { uniqueKey: 'k' }), first)
  })

  it('are retried with increasing delays, and dead after the last attempt', async () => {
    const job = define(async () => {
      throw new Error('the sea is rough')
    })
    const id = await add(job)
    const waits: number[] = []
    for (let attempt = 1; attempt < 3; attempt++) {
      const time = new Date(Date.now() + attempt * 60_000)
      await workOn(job, time)
      const { state, dueAt, attempts } = await find(id)
      assert.deepEqual({ state, attempts }, { state: 'waiting', attempts: attempt })
      waits.push((dueAt as Date).getTime() - time.getTime())
    }
    assert.ok(Number(waits[0]) > 3_000 && Number(waits[0]) < 6_500, String(waits))
    assert.ok(Number(waits[1]) > 7_000 && Number(waits[1]) < 13_000, String(waits))
    await workOn(job, new Date(Date.now() + 180_000))
    const { state, dueAt, error } = await find(id)
    assert.deepEqual({ state, dueAt, error }, { state: 'parked', dueAt: null, error: 'the sea is rough' })
    await site.app.db.transaction(tx => retryJob(tx, id, new Date()))
    assert.equal((await find(id)).state, 'waiting')
  })

  it('are dead at once after a permanent failure', async () => {
    const job = define(async () => {
      throw new PermanentFailure('nobody lives there')
    })
    const id = await add(job)
    await workOn(job)
    const { state, error, attempts } = await find(id)
    assert.deepEqual(
      { state, error, attempts },
      { state: 'parked', error: 'nobody lives there', attempts: 1 },
    )
  })

  it('store failures without secrets', async () => {
    const failures = [
      define(async (_input, { transaction }) => {
        await transaction(leaveMark('taken'))
        return leaveMark('taken')
      }, 1),
      define(async () => {
        throw new Error('smtp://susan:tea%20time@mail.example.com does not\r\n\0 answer')
      }, 1),
    ]
    const [first, second] = [await add(failures[0] as never), await add(failures[1] as never)]
    for (const job of failures) await workOn(job)
    assert.doesNotMatch(String((await find(first)).error), /taken/)
    assert.match(String((await find(first)).error), /unique/i)
    assert.equal((await find(second)).error, 'smtp://***@mail.example.com does not  answer')
  })

  it('that fail in their last transaction store nothing and are retried', async () => {
    const job = define(async (_input, { attempt }) => async tx => {
      await leaveMark(`last ${attempt}`)(tx)
      if (attempt === 1) throw new Error('almost')
    })
    const id = await add(job)
    await workOn(job)
    assert.equal(await hasMark('last 1'), false)
    await workOn(job, new Date(Date.now() + 60_000))
    assert.equal(await hasMark('last 2'), true)
    assert.equal((await find(id)).state, 'done')
  })

  it('store their progress', async () => {
    const tags: string[] = []
    const unlisten = site.app.db.listen(invalidation => tags.push(...invalidation))
    const job = define(async (_input, { progress }) => {
      for (let done = 1; done <= 1_000; done++) await progress(done, 1_000)
    })
    const id = await add(job)
    site.statements.length = 0
    await workOn(job)
    unlisten()
    const { progress } = await find(id)
    assert.equal(progress?.total, 1_000)
    assert.ok(site.statements.length < 60, `${site.statements.length} statements for 1,000 calls`)
    assert.ok(tags.filter(tag => tag === `job:${id}`).length >= 2, tags.join())
  })

  it('that wait are cancelled at once', async () => {
    const job = define(async () => assert.fail('it was cancelled'))
    const id = await add(job, { uniqueKey: 'cancelled' })
    assert.equal(await site.app.db.transaction(tx => cancelJob(tx, id, new Date())), true)
    await workOn(job)
    assert.equal((await find(id)).state, 'cancelled')
    assert.equal((await find(id)).uniqueKey, null)
    assert.equal(await site.app.db.transaction(tx => cancelJob(tx, id, new Date())), false)
  })

  it('that run are aborted when they are cancelled, and store nothing more', async () => {
    const begun = Promise.withResolvers<void>()
    const outcome = Promise.withResolvers<unknown>()
    const job = define(async (_input, { signal, transaction, db }) => {
      begun.resolve()
      await new Promise(resolve => signal.addEventListener('abort', resolve))
      outcome.resolve(await transaction(leaveMark('too late')).catch((error: unknown) => error))
      return async tx => void (await leaveMark('much too late')(tx), db)
    })
    const worker = start([job])
    const id = await add(job)
    await begun.promise
    await site.app.db.transaction(tx => cancelJob(tx, id, new Date()))
    assert.ok((await outcome.promise) instanceof ClaimLost)
    await worker.stop()
    assert.equal(await hasMark('too late'), false)
    assert.equal(await hasMark('much too late'), false)
    assert.equal((await find(id)).state, 'cancelled')
  })

  it('that another worker has claimed store nothing of the first worker', async () => {
    const job = define(async (_input, { transaction, attempt, db }) => {
      const until = new Date(Date.now() + 60_000)
      if (attempt === 1) await db.transaction(tx => claimJob(tx, { names: [job.name], now: until, until }))
      await assert.rejects(transaction(leaveMark('a ghost')), ClaimLost)
      return leaveMark('a ghost')
    })
    const id = await add(job)
    await workOn(job)
    assert.equal(await hasMark('a ghost'), false)
    const { state, attempts } = await find(id)
    assert.deepEqual({ state, attempts }, { state: 'running', attempts: 2 })
  })

  it('are deleted with their owner, even while they run', async () => {
    const { db } = site.app
    const { ids } = site
    const job = define(async (_input, { transaction, userId }) => {
      assert.equal(userId, ids.mary)
      const { users } = await import('../database/schema.ts')
      await db.transaction(async tx => void (await tx.delete(users).where(eq(users.id, ids.mary))))
      await assert.rejects(transaction(leaveMark('deleted owner')), ClaimLost)
      return leaveMark('deleted owner')
    })
    const id = await add(job, { userId: ids.mary })
    await workOn(job)
    assert.equal(await find(id), undefined)
    assert.equal(await hasMark('deleted owner'), false)
  })

  it('run as soon as they are due', async () => {
    const done: string[] = []
    const job = define(async input => void done.push(String(Object(input).word)))
    const worker = start([job])
    await add(job, { input: { word: 'now' } as never })
    await add(job, { input: { word: 'soon' } as never, at: new Date(Date.now() + 150) })
    await eventually(async () => done.length === 2, 4_000)
    assert.deepEqual(done, ['now', 'soon'])
    await worker.stop()
  })

  it('of one slow name leave room for others', async () => {
    const open = Promise.withResolvers<void>()
    let most = 0
    let underWay = 0
    const slow = {
      ...define(async () => {
        most = Math.max(most, ++underWay)
        await open.promise
        underWay--
      }),
      concurrency: 2,
    }
    const quick = define(async () => {})
    for (let n = 0; n < 5; n++) await add(slow)
    const id = await add(quick)
    const worker = start([slow, quick], { concurrency: 4 })
    await eventually(async () => (await find(id)).state === 'done')
    open.resolve()
    await eventually(async () => (await site.app.db.$count(jobs, eq(jobs.state, 'done'))) === 6)
    assert.equal(most, 2)
    await worker.stop()
  })

  it('that run may finish when the worker stops, and are released after a timeout', async () => {
    const begun = Promise.withResolvers<void>()
    const quick = define(async () => {})
    const endless = define(async () => {
      begun.resolve()
      await new Promise(() => {})
    })
    const id = await add(endless)
    const worker = start([endless, quick], { stopTimeoutMs: 30 })
    await begun.promise
    await worker.stop()
    const { state, attempts, dueAt } = await find(id)
    assert.deepEqual({ state, attempts }, { state: 'waiting', attempts: 0 })
    assert.ok(dueAt && dueAt <= new Date(), 'it is due at once')
    const later = await add(quick)
    await worker.stop()
    assert.equal((await find(later)).state, 'waiting', 'the worker has stopped')
  })

  it('with an unknown name are left to other workers', async () => {
    const id = await add(define(async () => {}))
    await workOn(define(async () => {}))
    assert.equal((await find(id)).state, 'waiting')
  })

  it('are polled without writing', async () => {
    const begun = Promise.withResolvers<void>()
    const job = define(async () => begun.resolve())
    site.statements.length = 0
    const worker = start([job])
    site.statements.length = 0
    await site.app.db.transaction(async tx => tx.invalidates('jobs'))
    await eventually(async () => site.statements.length > 0)
    await worker.stop()
    assert.deepEqual(
      site.statements.filter(text => !text.startsWith('select')),
      [],
    )
  })
})
