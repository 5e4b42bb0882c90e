/**
 * Takes PostgreSQL away from the running server: stopped properly, stopped as by a crash, and frozen, each while
 * people use the site. They are told in words and in bounded time; when it is back, so is the site, in the same
 * process, and nothing that was promised is missing.
 *
 *     DATABASE_URL=postgres://… node e2e/faults/outage.ts [--quick]
 *
 * DATABASE_URL only says the engine: this starts a durable server of its own, because it stops it.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { engine } from '../../app/database/engine.ts'
import { migrate } from '../../app/database/migrations/migrations.ts'
import { emptyPostgresDatabase } from '../../app/testing/database.ts'
import { type PostgresServer, startPostgres } from '../../app/testing/postgres.ts'
import { audit } from './audit.ts'
import { addPeople, Load } from './load.ts'
import { claim, claimNone, leaveOut, runFault } from './program.ts'
import { Server } from './server.ts'
import { type Reply, Visitor } from './visitor.ts'

/** The maximum milliseconds of a response during an outage, and until the site recovers. */
const patience = 11_000
const recovery = 2_000

type Outage = { name: string; seconds: number; begin(): Promise<void>; end(): Promise<void> }

await runFault(async ({ quick }) => {
  if (engine === 'sqlite') return leaveOut('the database goes away', 'it is a file')
  const postgres = await startPostgres(undefined, { durable: true })
  const database = await emptyPostgresDatabase(postgres.url)
  await migrate(database.config)
  await addPeople(database.config)
  const server = await (await Server.on(database.url)).start()
  const { pid } = server
  const load = new Load(server.url).start()
  await delay(3_000)
  for (const outage of outagesOf(postgres, quick)) await suffer(outage, server)
  await load.stop()
  claim('the same process has served all the time', server.pid === pid && server.isRunning, `pid ${pid}`)
  const slowest = Math.round(load.journal.slowest)
  claim('nobody of those at work waited longer', slowest <= patience, `${slowest} ms at the most`)
  await audit(database.config, load, 60_000)
  await server.end()
  await postgres.stop()
  claimNone('the log has nothing but what the outage explains', unexplained(server.output))
})

/** Errors that were answered with 500, by their messages. */
function unexplained(output: string): string[] {
  const lines = output
    .split('\n')
    .filter(line => line.startsWith('{"level":50') || line.startsWith('{"level":60'))
  const errors = lines.map(line => (JSON.parse(line) as { err?: { message: string; stack: string } }).err)
  const known =
    /ECONN|CONNECTION_|CONNECT_TIMEOUT|EPIPE|said nothing|terminating connection|starting up|not yet accepting|shutting down|statement timeout|recovery mode|was open for more/
  return errors.flatMap(err => (err && !known.test(err.stack) ? [err.stack.slice(0, 1_000)] : []))
}

function outagesOf(postgres: PostgresServer, quick: boolean): Outage[] {
  const start = () => postgres.startServer()
  const frozen = (seconds: number): Outage => ({
    name: `frozen for ${seconds} s`,
    seconds,
    begin: async () => postgres.freeze('SIGSTOP'),
    end: async () => postgres.freeze('SIGCONT'),
  })
  const stopped = { name: 'stopped (SIGINT)', seconds: 3, begin: () => postgres.stopServer(), end: start }
  const crash = () => postgres.stopServer('SIGQUIT')
  const crashed = { name: 'crashed (SIGQUIT)', seconds: 3, begin: crash, end: start }
  const longer = { ...stopped, name: 'stopped for 20 s', seconds: 20 }
  return quick ? [stopped, crashed] : [stopped, crashed, frozen(3), frozen(15), longer]
}

/** One outage, observed by a visitor who requests a page four times a second. */
async function suffer({ name, seconds, begin, end }: Outage, server: Server): Promise<void> {
  const visitor = new Visitor(server.url)
  const asked: Promise<Reply | null>[] = []
  const look = setInterval(() => asked.push(visitor.get('/explore').catch(() => null)), 250)
  await begin()
  const isAlive = await server.isAlive()
  await delay(seconds * 1000)
  await end()
  const back = performance.now()
  clearInterval(look)
  const recovered = await untilServed(visitor, back)
  const replies = await Promise.all(asked)
  claimAnswers(name, replies)
  claim(`${name}: /livez answers meanwhile`, isAlive)
  claim(`${name}: the site is back within ${recovery} ms of it`, recovered <= recovery, `${recovered} ms`)
  await delay(1_000)
}

function claimAnswers(name: string, replies: (Reply | null)[]): void {
  const served = replies.filter(reply => reply?.status === 200).length
  const told = replies.filter(
    reply => reply?.status === 503 && /<h1/.test(reply.text) && reply.headers.get('retry-after'),
  )
  const slowest = Math.round(Math.max(0, ...replies.map(reply => reply?.milliseconds ?? Infinity)))
  const figures = `${told.length} × 503, ${served} × 200 of ${replies.length}, the slowest after ${slowest} ms`
  const isTold = told.length + served === replies.length && slowest <= patience
  claim(`${name}: everybody gets the page, or a 503 in words with Retry-After`, isTold, figures)
}

async function untilServed(visitor: Visitor, since: number): Promise<number> {
  while (performance.now() - since < 60_000) {
    const reply = await visitor.get('/explore').catch(() => null)
    if (reply?.status === 200) break
    await delay(20)
  }
  return Math.round(performance.now() - since)
}
