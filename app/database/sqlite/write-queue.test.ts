import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import Client from 'better-sqlite3'
import { eventually } from '../../testing/eventually.ts'
import { Listeners } from '../cache-tags.ts'
import type { Database, Writer } from '../database.ts'
import { engine } from '../engine.ts'
import { WriteQueue } from './write-queue.ts'

/** The queue alone, on a connection in memory: what is written here is written with `client` itself. */
describe('transactions that share a commit', { skip: engine !== 'sqlite' }, () => {
  let client: Client.Database
  let transaction: Database['transaction']
  let synced: () => Promise<void>
  let commits: number
  beforeEach(() => {
    client = new Client(':memory:')
    client.exec(`create table parents (id integer primary key);
      create table children (id integer primary key, parent references parents deferrable initially deferred)`)
    client.pragma('foreign_keys = ON')
    synced = async () => {}
    commits = 0
    const listeners = new Listeners()
    listeners.add(() => void commits++)
    const queue = new WriteQueue(client, {
      lockTimeoutMs: 1_000,
      run: (work, change) => {
        change.invalidates(['jobs'])
        return work({ change } as unknown as Writer)
      },
      synced: () => synced(),
      listeners,
    })
    transaction = work => queue.enqueue(work)
  })
  afterEach(() => void client.close())
  const add = (id: number) => async () => client.prepare('insert into parents values (?)').run(id).changes
  const parents = () => client.prepare('select id from parents order by id').pluck().all()

  it('are told of success when it is on the disk, and not before', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    synced = () => promise
    const told: number[] = []
    const all = [1, 2, 3].map(async id => {
      await transaction(add(id))
      told.push(id)
    })
    await eventually(async () => commits > 0)
    assert.deepEqual([parents()[0], told], [1, []])
    resolve()
    await Promise.all(all)
    assert.deepEqual(
      [parents(), told],
      [
        [1, 2, 3],
        [1, 2, 3],
      ],
    )
  })

  it('are told when it is not', async () => {
    synced = () => Promise.reject(new Error('the disk is gone'))
    const outcomes = await Promise.allSettled([1, 2].map(id => transaction(add(id))))
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['rejected', 'rejected'],
    )
  })

  it('leave nothing of one that fails, and everything of the others', async () => {
    const failing = transaction(async () => {
      await add(2)()
      throw new Error('changed my mind')
    })
    const others = [1, 3].map(id => transaction(add(id)))
    await assert.rejects(failing, /changed my mind/)
    assert.deepEqual(await Promise.all(others), [1, 1])
    assert.deepEqual(parents(), [1, 3])
  })

  it('try again by themselves if the commit is refused for the sake of one of them', async () => {
    const orphan = transaction(async () => client.exec('insert into children values (1, 99)'))
    const others = [1, 2].map(id => transaction(add(id)))
    await assert.rejects(orphan, /FOREIGN KEY/)
    assert.deepEqual(await Promise.all(others), [1, 1])
    assert.deepEqual([parents(), commits], [[1, 2], 2])
  })

  it('lose nothing when SQLite rolls all of them back', async () => {
    const outcomes = await Promise.allSettled([
      transaction(add(1)),
      transaction(async () => client.exec('rollback')),
      transaction(add(2)),
    ])
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    )
    assert.deepEqual(parents(), [1, 2])
  })
})
