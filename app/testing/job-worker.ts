/** A process that works on the jobs of a test: `node job-worker.ts CONCURRENCY LEASE`. */
import fastify from 'fastify'
import { environment, readConfig } from '../config.ts'
import { openDatabase } from '../database/open.ts'
import { rateLimits } from '../database/schema.ts'
import type { JobDefinition } from '../jobs/definition.ts'
import { startWorker } from '../jobs/worker.ts'

/** Each says on standard output what it does; what it leaves in the database is a row that cannot be there twice. */
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

/** Jobs of tests are not declared, so that no other code has to know them. */
function jobNamed(name: string, run: JobDefinition['run']): JobDefinition {
  return { name: name as never, attempts: 3, run }
}

async function work(concurrency: number, lease: number): Promise<void> {
  const config = readConfig(environment)
  const db = await openDatabase(config.database)
  const { log } = fastify({ logger: { level: config.logLevel } })
  const worker = startWorker({ db, config, log }, { concurrency, lease, definitions: testJobs, grace: 100 })
  console.log('ready')
  const alive = setInterval(() => {}, 60_000)
  process.once('SIGTERM', async () => {
    clearInterval(alive)
    await worker.stop()
    await db.close()
  })
}

await work(Number(process.argv[2]), Number(process.argv[3]))
