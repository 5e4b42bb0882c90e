/** A server that stands still for a while: its whole process, or only its event loop. */
import { setTimeout as delay } from 'node:timers/promises'
import { root } from '../../app/config.ts'
import { endProcess, startProcess } from '../../app/testing/process.ts'
import { audit } from './audit.ts'
import { type Scene, soon } from './connection.ts'
import { cutBodies } from './cut-connections.ts'
import { Load, signedIn } from './load.ts'
import { claim, type FaultOptions } from './program.ts'
import { countOf } from './rows.ts'
import type { Server } from './server.ts'
import { Visitor } from './visitor.ts'

const standing = 2_000

/** As when the machine sleeps, or one long calculation keeps everything else waiting, while people use the site. */
export async function standStill({ server, database }: Scene, options: FaultOptions): Promise<void> {
  const load = new Load(server.url).start()
  await delay(3_000)
  for (let n = 0; n < (options.quick ? 1 : 3); n++) {
    await stopped(server, standing)
    await claimBlocked(server, options)
  }
  const { failures, lastFailure } = load.journal
  claim('requests complete after the server stood still', failures === 0, `${failures} failed ${lastFailure}`)
  // Longer than anybody waits: they send again, and what is there must still be there once.
  if (!options.quick) await leaseLost({ server, database })
  await load.stop()
  for (const body of await cutBodies(database)) load.journal.posts.set(body, { begunAt: 0, promisedAt: null })
  await audit(database.config, load, 60_000)
}

async function stopped(server: Server, milliseconds: number): Promise<void> {
  server.signal('SIGSTOP')
  await delay(milliseconds)
  server.signal('SIGCONT')
  await delay(500)
}

/** Only JavaScript stands still then; what the system and other threads do goes on. */
async function claimBlocked(server: Server, { quick }: FaultOptions): Promise<void> {
  server.signal('SIGURG')
  await delay(200)
  const { status, milliseconds } = await new Visitor(server.url).get('/explore')
  const isRight = status === 200 && milliseconds > standing / 2 && milliseconds < standing + soon(quick)
  const figures = `${status} after ${Math.round(milliseconds)} ms`
  claim(`an event loop blocked for ${standing} ms: who asked meanwhile is answered then`, isRight, figures)
  await delay(500)
}

/** While one process stands still for longer than a lease, another one takes its jobs over; neither does them twice. */
async function leaseLost({ server, database }: Scene): Promise<void> {
  const visitor = await signedIn(server.url, 'susan')
  await visitor.post('/exports')
  const worker = startProcess([`${root}/app/cli.ts`, 'worker'], { DATABASE_URL: database.url })
  await stopped(server, 35_000)
  await delay(2_000)
  await endProcess(worker)
  const left = await countOf(
    database.config,
    `select count(*) from jobs where state in ('parked', 'cancelled')`,
  )
  claim('a process that stood still for longer than its leases loses no job', left === 0)
}
