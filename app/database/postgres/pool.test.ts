import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { readConfig } from '../../config.ts'
import { migratedDatabase, type TestDatabase } from '../../testing/database.ts'
import { endedProcess, startProcess } from '../../testing/process.ts'
import { type Database } from '../database.ts'
import { engine } from '../engine.ts'
import { DatabaseUnavailable, isUnavailable } from '../errors.ts'
import { openDatabase } from '../open.ts'
import { users } from '../schema.ts'

/** An embedded database has no connections that could fall silent or break. */
describe('the pool', { skip: engine !== 'postgresql' }, () => {
  let test: TestDatabase
  let network: Awaited<ReturnType<typeof networkTo>>
  let db: Database
  before(async () => {
    test = await migratedDatabase()
    network = await networkTo(new URL(test.url))
    db = await openDatabase(readConfig({ DATABASE_URL: network.url }).database, { timeoutMs: 1_500 })
  })
  after(async () => {
    await db.close()
    network.close()
    await test.drop()
  })
  const silence = (error: unknown) => isUnavailable(error)

  it('gives up on a network that swallows everything, and comes back by other connections', async () => {
    await db.ping()
    network.swallow()
    const start = performance.now()
    await assert.rejects(db.ping(), DatabaseUnavailable)
    assert.ok(performance.now() - start < 5_000)
    await db.ping()
    network.swallow()
    await assert.rejects(db.select().from(users), silence)
    assert.deepEqual(await db.select().from(users), [])
    network.swallow()
    const writing = db.transaction(async tx => void (await tx.delete(users)))
    await assert.rejects(writing, silence)
    await db.transaction(async tx => void (await tx.delete(users)))
  })

  it('lets the process live when connections break in the middle of transactions', async () => {
    const script = `
        const { openDatabase } = await import('${import.meta.dirname}/../open.ts')
        const { readConfig } = await import('${import.meta.dirname}/../../config.ts')
        const { users } = await import('${import.meta.dirname}/../schema.ts')
        const db = await openDatabase(readConfig({ DATABASE_URL: process.env.DATABASE_URL }).database)
        const write = () => db.transaction(async tx => {
          await tx.delete(users)
          await new Promise(resolve => setTimeout(resolve, 30))
          await tx.delete(users)
        }).catch(() => failed++)
        let failed = 0
        for (let n = 0; n < 6; n++) {
          const writing = Array.from({ length: 20 }, write)
          if (n < 4) console.log('cut')
          await Promise.all(writing)
        }
        await db.ping()
        console.log('failed', failed > 0)
        process.exit()`
    const child = startProcess(['--input-type=module', '-e', script], { DATABASE_URL: network.url })
    child.stdout?.on('data', text => {
      if (String(text).includes('cut')) network.cut()
    })
    const { code, output } = await endedProcess(child)
    assert.equal(code, 0, output)
    assert.match(output, /failed true/)
  })
})

/** A stretch of network before the server, which may swallow what is sent from then on, or break. */
async function networkTo(target: URL) {
  const pairs: [Socket, Socket][] = []
  const server = createServer(near => {
    const far = connect(Number(target.port), target.hostname)
    pairs.push([near, far])
    for (const socket of [near, far]) socket.on('error', () => {})
    near.pipe(far).pipe(near)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = new URL(target)
  url.port = String((server.address() as AddressInfo).port)
  const cut = () => {
    for (const socket of pairs.splice(0).flat()) socket.resetAndDestroy()
  }
  return {
    url: url.href,
    cut,
    swallow: () => {
      for (const [near, far] of pairs) near.unpipe(far).resume()
    },
    close: () => {
      cut()
      server.close()
    },
  }
}
