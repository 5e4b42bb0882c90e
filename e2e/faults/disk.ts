/**
 * What can happen to an SQLite file: no room is left, it may only be read, another process holds its lock. The site
 * says so in words, goes on with what it can do, and is itself again when the trouble is over.
 *
 *     DATABASE_URL=sqlite:… node e2e/faults/disk.ts [--quick]
 */
import { execFile } from 'node:child_process'
import { chmodSync, chownSync, statSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { root } from '../../app/config.ts'
import { engine } from '../../app/database/engine.ts'
import { fileOf } from '../../app/database/snapshot.ts'
import { migratedDatabase, type TestDatabase } from '../../app/testing/database.ts'
import { endedProcess, startProcess } from '../../app/testing/process.ts'
import { nobody } from '../../app/testing/tether.ts'
import { audit } from './audit.ts'
import { addPeople, Load, signedIn } from './load.ts'
import { claim, type FaultOptions, leaveOut, runFault } from './program.ts'
import { Server } from './server.ts'
import type { Reply, Visitor } from './visitor.ts'

const exec = promisify(execFile)
const mostFillers = 3_000
const filler = (n: number) => `filling the last room ${n} ${'x'.repeat(100)}`

await runFault(async options => {
  if (engine === 'postgresql') return leaveOut('files that fail', 'they are its server’s')
  await withSite(beingLocked, options)
  await withSite(beingFull, options)
  await beingReadOnly()
})

type Scene = { database: TestDatabase; server: Server; visitor: Visitor }

async function withSite(
  scene: (parts: Scene, options: FaultOptions) => Promise<void>,
  options: FaultOptions,
): Promise<void> {
  const database = await migratedDatabase()
  await addPeople(database.config)
  const server = await (await Server.on(database.url)).start()
  await scene({ database, server, visitor: await signedIn(server.url, 'susan') }, options)
  await server.end()
  await database.drop()
}

/** Somebody else has the lock for longer than anybody would wait. */
async function beingLocked({ database, server, visitor }: Scene): Promise<void> {
  const held = 7_000
  const script = path.join(import.meta.dirname, 'hold-lock.ts')
  const holder = startProcess([script, String(fileOf(database.config)), String(held)], {})
  while (!holder.output().includes('locked')) await delay(10)
  const posting = visitor.post('/posts', { body: 'while it is locked', submission: 'locked' })
  const slowest = await slowestOf(server, 3_000)
  const page = await visitor.get('/explore')
  const told = await posting
  await endedProcess(holder)
  const after = await visitor.post('/posts', { body: 'while it is locked', submission: 'locked' })
  claim('locked for 7 s: who writes is told in words', isToldInWords(told), described(told))
  claim('locked: the answer comes after 5 s, not later', told.milliseconds < 6_500, described(told))
  claim('locked: /livez answers all the while', slowest < 2_000, `${slowest} ms at the most`)
  claim('locked: pages are served', page.status === 200, described(page))
  claim('unlocked: the same form goes through', after.status === 303, described(after))
}

async function slowestOf(server: Server, milliseconds: number): Promise<number> {
  let slowest = 0
  for (const end = performance.now() + milliseconds; performance.now() < end; await delay(50)) {
    const start = performance.now()
    const isAlive = await server.isAlive()
    slowest = Math.max(slowest, isAlive ? performance.now() - start : Infinity)
  }
  return Math.round(slowest)
}

/**
 * The system lets no file of the server grow beyond what it has (RLIMIT_FSIZE), as if the disk were full: SQLite
 * sees a write that fails. The limit is lifted again from outside, so that the same process has room.
 */
async function beingFull({ database, server, visitor }: Scene, { quick }: FaultOptions): Promise<void> {
  const load = new Load(server.url).start()
  await delay(quick ? 1_000 : 5_000)
  const limit = (size: string) => exec('prlimit', ['--pid', String(server.pid), `--fsize=${size}:`])
  const { size } = statSync(String(fileOf(database.config)))
  if (
    await limit(String(size)).then(
      () => false,
      () => true,
    )
  ) {
    await load.stop()
    return leaveOut('the disk is full', 'there is no prlimit here (util-linux)')
  }
  const told = await untilRefused(visitor)
  const page = await visitor.get('/explore')
  await delay(1_000)
  const isSame = server.isRunning
  await limit('unlimited')
  const start = performance.now()
  while ((await visitor.post('/posts', { body: 'room again', submission: 'room' })).status !== 303)
    if (performance.now() - start > 5_000) break
  const recovered = Math.round(performance.now() - start)
  await load.stop()
  claim('no room left: who writes is told in words', isToldInWords(told), described(told))
  claim('no room left: pages are served', page.status === 200, described(page))
  claim('no room left: the process goes on', isSame && server.isRunning)
  claim('room again: the site is itself again', recovered < 2_000, `${recovered} ms`)
  const journal = load.journal.posts
  journal.set('room again', { begunAt: 0, promisedAt: 0 })
  for (let n = 0; n < mostFillers; n++) journal.set(filler(n), { begunAt: 0, promisedAt: null })
  await audit(database.config, load, 60_000)
}

async function untilRefused(visitor: Visitor): Promise<Reply> {
  for (let n = 0; ; n++) {
    const reply = await visitor.post('/posts', { body: filler(n), submission: `filler ${n}` })
    if (reply.status !== 303 || n === mostFillers - 1) return reply
  }
}

/** As another user, because nothing is forbidden to root. */
async function beingReadOnly(): Promise<void> {
  const database = await migratedDatabase()
  const file = String(fileOf(database.config))
  const folder = path.dirname(file)
  if (nobody) for (const name of [folder, file]) chownSync(name, nobody.uid, nobody.gid)
  for (const [place, mode] of [
    [file, 0o444],
    [folder, 0o555],
  ] as const)
    chmodSync(place, mode)
  const environment = { DATABASE_URL: database.url, HOST: '127.0.0.1', PORT: '0' }
  const started = startProcess([`${root}/app/server.ts`], environment, { ...nobody })
  const { code, output } = await endedProcess(started)
  const words = output.trim()
  chmodSync(folder, 0o755)
  const isSentence = code === 1 && !words.includes('\n') && !/^\s+at /m.test(words)
  claim('read-only: the server ends with a sentence', isSentence, `exit ${code}: ${words.slice(0, 300)}`)
  await database.drop()
}

function isToldInWords({ status, text, headers }: Reply): boolean {
  return status === 503 && /<h1/.test(text) && headers.has('retry-after')
}

function described({ status, milliseconds }: Reply): string {
  return `${status} after ${Math.round(milliseconds)} ms`
}
