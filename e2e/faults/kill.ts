/**
 * Kills the real server with -9 again and again, at random moments of its start and of its work, while people use
 * it. What was answered must be there at the end, once.
 *
 *     DATABASE_URL=… node e2e/faults/kill.ts [--quick] [--rounds N]
 *
 * A killed process loses what it holds itself; the system goes on, and writes what it was given. That a commit
 * survives a power cut is synchronous = FULL's affair, and cannot be seen here.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { DatabaseConfig } from '../../app/config.ts'
import { migratedDatabase } from '../../app/testing/database.ts'
import { audit } from './audit.ts'
import { addPeople, Load } from './load.ts'
import { claim, runFault } from './program.ts'
import { countOf } from './rows.ts'
import { Server } from './server.ts'
import { auditPictures, openMedia, Uploads } from './uploads.ts'

const unfinished = `select count(*) from jobs where state in ('waiting', 'running')`

await runFault(async ({ quick, rounds }) => {
  const kills = rounds ?? (quick ? 5 : 200)
  const database = await migratedDatabase()
  await addPeople(database.config)
  const media = await openMedia()
  const server = await (await Server.on(database.url, media.environment)).start()
  const load = new Load(server.url, { seed: Date.now() % 1_000_000, hasJobs: !quick }).start()
  const uploads = new Uploads(server.url).start()
  let duringStart = 0
  for (let n = 0; n < kills; n++) {
    if (n > 0) server.spawn()
    if (await isJobInDanger(database.config)) await untilJobsAreDone(server, database.config)
    if (!(await killAtRandom(server, { load, uploads }, n > 0))) duringStart++
    if (n % 20 === 19) console.error(`${n + 1} of ${kills}`)
  }
  await server.start()
  await uploads.stop()
  await load.stop()
  const figures = `${duringStart} while it started; ${load.promised} posts and messages promised, ${load.journal.failures} times sent again`
  claim(`killed ${kills} times`, load.promised > kills, figures)
  await audit(database.config, load, 90_000)
  claim('no crash of its own', !/^\s+at /m.test(server.output), lastLine(server.output))
  await server.end()
  await auditPictures(database.config, uploads, { url: database.url, media })
  await media.close()
  await database.drop()
})

type Work = { load: Load; uploads: Uploads }

/** False: it was killed while it started. */
async function killAtRandom(server: Server, { load, uploads }: Work, isStarting: boolean): Promise<boolean> {
  const hasStarted = !isStarting || Math.random() >= 0.1
  if (hasStarted) await Promise.all([atWork(() => load.promised), atWork(() => uploads.taken)])
  await delay(Math.random() * 500)
  await server.end('SIGKILL')
  return hasStarted
}

/**
 * A job whose process has died six times, half a minute apart, is parked: it may be what kills it. Nothing is killed
 * for a while when one gets near that; a process that is killed every second for an hour has to retry by hand.
 */
async function isJobInDanger(config: DatabaseConfig): Promise<boolean> {
  return (await countOf(config, `${unfinished} and attempts >= 4`)) > 0
}

async function untilJobsAreDone(server: Server, config: DatabaseConfig): Promise<void> {
  await server.ready()
  const deadline = Date.now() + 60_000
  while ((await countOf(config, `${unfinished} and attempts > 0`)) > 0 && Date.now() < deadline)
    await delay(100)
}

/** From when on this server has promised something. */
async function atWork(promised: () => number): Promise<void> {
  const before = promised()
  const deadline = Date.now() + 30_000
  while (promised() === before && Date.now() < deadline) await delay(5)
}

function lastLine(output: string): string {
  return output.trim().split('\n').at(-1)?.slice(0, 200) ?? ''
}
