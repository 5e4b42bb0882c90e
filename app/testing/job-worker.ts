/** A job worker process for tests: `node job-worker.ts CONCURRENCY LEASE_MS`. */
import fastify from 'fastify'
import { environment, readConfig } from '../config.ts'
import { openDatabase } from '../database/open.ts'
import { rateLimits } from '../database/schema.ts'
import type { JobDefinition } from '../jobs/definition.ts'
import { startWorker } from '../jobs/worker.ts'
import { openStorage } from '../storage/open.ts'

/** Each logs its attempts to standard output and inserts a row with a unique key. */
const testJobs: Record<string, JobDefinition> = {
  'test.count': jobNamed('test.count', async (_input, { id }) => {
    console.log(`counted ${id}`)
    return async tx => {
      await tx.insert(rateLimits).values({ key: `counted ${id}`, freeAt: new Date() })
    }
  }),
  'test.stall': jobNamed('test.stall', async (_input, { id, attempt, transaction }) => {
    await transaction(tx => tx.insert(rateLimits).values({ key: `attempt ${attempt}`, freeAt: new Date() }))
    console.log(`attempt ${attempt}`)
    if (attempt === 1) await new Promise(() => {})
    return async tx => {
      await tx.insert(rateLimits).values({ key: `counted ${id}`, freeAt: new Date() })
      return { attempt }
    }
  }),
}

/** Jobs of tests are not declared in Jobs, so that no other code has to handle them. */
function jobNamed(name: string, run: JobDefinition['run']): JobDefinition {
  return { name: name as never, attempts: 3, run }
}

async function work(concurrency: number, leaseMs: number): Promise<void> {
  const config = readConfig(environment)
  const db = await openDatabase(config.database)
  const { log } = fastify({ logger: { level: config.logLevel } })
  const worker = startWorker(
    { db, config, storage: openStorage(config.media), log },
    { concurrency, leaseMs, definitions: testJobs, stopTimeoutMs: 100 },
  )
  console.log('ready')
  const alive = setInterval(() => {}, 60_000)
  process.once('SIGTERM', async () => {
    clearInterval(alive)
    await worker.stop()
    await db.close()
  })
}

await work(Number(process.argv[2]), Number(process.argv[3]))
