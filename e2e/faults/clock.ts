/**
 * Moves the clock: the server is killed, and started again in the past, and in the future, and in the present.
 *
 *     DATABASE_URL=… node e2e/faults/clock.ts [--quick]
 */
import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { engine } from '../../app/database/engine.ts'
import { migratedDatabase, type TestDatabase } from '../../app/testing/database.ts'
import { addPeople, signedIn } from './load.ts'
import { claim, claimNone, runFault } from './program.ts'
import { countOf, rowsOf, withPostgres } from './rows.ts'
import { Server } from './server.ts'
import type { Visitor } from './visitor.ts'

const day = 86_400_000
const pages = [
  '/',
  '/explore',
  '/notifications',
  '/messages',
  '/@susan',
  '/settings/profile',
  '/settings/data',
]

await runFault(async () => {
  const database = await migratedDatabase()
  await addPeople(database.config)
  const server = await (await Server.on(database.url, { RATE_LIMITS: 'on' })).start()
  const visitor = await signedIn(server.url, 'susan')
  for (let n = 0; n < 30; n++) await write(visitor, `at first ${n}`)
  const refused = await write(visitor, 'one too many')
  claim('the allowance of posts is used up', refused === 429, `${refused}`)
  await visitor.post('/exports')
  await leaveRunning(database)
  for (const [name, shift] of [
    ['a day in the past', -day],
    ['in the present again', 0],
    ['a day in the future', day - 3_600_000],
    ['back in the present', 0],
  ] as const) {
    await server.end('SIGKILL')
    await server.start(shifted(shift))
    await liveAt(name, { server, visitor, database })
  }
  claim('the server has not crashed', server.isRunning && !/"level":60/.test(server.output))
  await server.end()
  await database.drop()
})

type Scene = { server: Server; visitor: Visitor; database: TestDatabase }

function shifted(milliseconds: number) {
  const module = path.join(import.meta.dirname, 'shifted-clock.ts')
  return { nodeArguments: [`--import=${module}`], environment: { CLOCK_SHIFT: String(milliseconds) } }
}

/** Sessions are still valid, pages, writes, lists and jobs work, and rate limits have ended. */
async function liveAt(name: string, { server, visitor, database }: Scene): Promise<void> {
  const broken: string[] = []
  for (const page of pages) {
    const { status } = await visitor.get(page)
    if (status !== 200) broken.push(`${page}: ${status}`)
  }
  claimNone(`${name}: pages are served, to the session of before`, broken, `${pages.length} pages`)
  const written = await write(visitor, `written ${name}`)
  claim(
    `${name}: a new post goes through, whatever was used up by another clock`,
    written === 303,
    `${written}`,
  )
  const again = await signedIn(server.url, 'john').then(() => '', String)
  claim(`${name}: signing in works`, again === '', again)
  await claimWalk(name, visitor, database)
  await claimJobs(name, { server, visitor, database })
}

async function write(visitor: Visitor, body: string): Promise<number> {
  return (await visitor.post('/posts', { body, submission: randomUUID() })).status
}

/** From page to page by their cursors, every post is shown once. */
async function claimWalk(name: string, visitor: Visitor, { config }: TestDatabase): Promise<void> {
  const seen: string[] = []
  let path: string | null = '/explore'
  while (path !== null && seen.length < 1_000) {
    const { text } = await visitor.get(path)
    seen.push(...[...text.matchAll(/id="post-(\d+)"/g)].map(([, id]) => String(id)))
    const older: string | undefined = /href="(\/explore\?before=[^"]+)"/.exec(text)?.[1]
    path = older?.replaceAll('&amp;', '&') ?? null
  }
  const posts = await countOf(config, 'select count(*) from posts')
  const once = new Set(seen).size === seen.length && seen.length === posts
  claim(`${name}: the pages of a list hold every post once`, once, `${seen.length} of ${posts}`)
}

async function claimJobs(name: string, { visitor, database }: Scene): Promise<void> {
  await visitor.post('/exports')
  const unfinished = `select id, state, name from jobs where state <> 'done' and name <> 'jobs.clean'`
  const start = performance.now()
  let left = await rowsOf(database.config, unfinished)
  while (left.length > 0 && performance.now() - start < 45_000) {
    await delay(200)
    left = await rowsOf(database.config, unfinished)
  }
  const waited = `${((performance.now() - start) / 1000).toFixed(1)} s`
  claimNone(
    `${name}: jobs begun by another clock are done`,
    left.map(row => JSON.stringify(row)),
    waited,
  )
}

/** As if the server had been killed just when it had taken up the job. */
async function leaveRunning({ config }: TestDatabase): Promise<void> {
  const due = Date.now() + 30_000
  const moment = engine === 'sqlite' ? String(due) : `to_timestamp(${due} / 1000.0)`
  const left = `update jobs set state = 'running', claim = 'killed', attempts = 1, due_at = ${moment},
    unique_key = null, finished_at = null where name = 'exports.make'`
  if (config.engine === 'postgresql')
    return withPostgres(config.url, async client => void (await client.unsafe(left)))
  const { default: Client } = await import('better-sqlite3')
  const client = new Client(config.file, { timeout: 5_000 })
  client.exec(left)
  client.close()
}
