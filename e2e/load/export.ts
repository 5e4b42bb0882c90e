/**
 * How long an export takes, how much memory, and how long it keeps others waiting:
 *
 *     DATABASE_URL=sqlite:x node e2e/load/export.ts 10000
 *
 * A person with so many posts and 10,000 messages, on a database of its own that is gone afterwards; with
 * PostgreSQL's URL of a server, on that server.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import fastify from 'fastify'
import { type Config, readConfig } from '../../app/config.ts'
import { type Database } from '../../app/database/database.ts'
import { openDatabase } from '../../app/database/open.ts'
import { exports, posts, users } from '../../app/database/schema.ts'
import { asc } from '../../app/database/sql.ts'
import { startExport } from '../../app/exports/queries.ts'
import { workDueJobs } from '../../app/jobs/worker.ts'
import { jobs } from '../../app/registry/contributions.ts'
import { openStorage } from '../../app/storage/open.ts'
import { emptyDatabase } from '../../app/testing/database.ts'

const count = Number(process.argv[2] ?? 10_000)
const megabytes = (bytes: number) => (bytes / 1024 ** 2).toFixed(1)

const database = await emptyDatabase()
const config = readConfig({ DATABASE_URL: database.url })
try {
  await fill(database.url)
  const db = await openDatabase(config.database)
  await measure(db, config)
  await db.close()
} finally {
  await database.drop()
}

async function fill(url: string): Promise<void> {
  const options = { users: 2_000, posts: count, follows: 200_000 }
  const env = { ...process.env, DATABASE_URL: url }
  const child = fork(path.join(import.meta.dirname, 'fill.ts'), [JSON.stringify(options)], { env })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`fill.ts ended with ${code}`)
}

/** Everybody's posts become the first person's. */
async function measure(db: Database, config: Config): Promise<void> {
  const [person] = await db.select({ id: users.id }).from(users).orderBy(asc(users.id)).limit(1)
  const { id: userId } = person as { id: number }
  await db.transaction(async tx => {
    await tx.update(posts).set({ userId })
    await startExport(tx, { userId, language: 'en' }, new Date())
  })
  const before = process.memoryUsage.rss()
  let peak = before
  const sampling = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 5)
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const start = performance.now()
  await workDueJobs(
    { db, config, storage: openStorage(config.media), log: fastify().log },
    { definitions: jobs },
  )
  const seconds = (performance.now() - start) / 1000
  delay.disable()
  clearInterval(sampling)
  const [made] = await db.select({ size: exports.size }).from(exports)
  console.log(`${count} posts: ${seconds.toFixed(2)} s, a ZIP of ${megabytes(made?.size ?? 0)} MB`)
  console.log(`memory: ${megabytes(before)} MB before, ${megabytes(peak)} MB at the most`)
  console.log(
    `event loop: held up for ${(delay.max / 1e6).toFixed(0)} ms at the most, p99 ${(delay.percentile(99) / 1e6).toFixed(0)} ms`,
  )
}
