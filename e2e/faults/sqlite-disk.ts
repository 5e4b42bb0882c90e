/** What can happen to an SQLite file. */
import { execFile } from 'node:child_process'
import { chmodSync, chownSync, statSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { root } from '../../app/config.ts'
import { fileOf } from '../../app/database/consistent-read.ts'
import { migratedDatabase, type TestDatabase } from '../../app/testing/database.ts'
import { endedProcess, startProcess } from '../../app/testing/process.ts'
import { unprivileged } from '../../app/testing/process-group.ts'
import { audit } from './audit.ts'
import { addPeople, Load } from './load.ts'
import { claim, type FaultOptions, leaveOut } from './program.ts'
import {
  described,
  filler,
  isToldInWords,
  mostFillers,
  type Scene,
  slowestOf,
  untilRefused,
  untilWritten,
  withSite,
} from './refusals.ts'
import type { Server } from './server.ts'
import type { Visitor } from './visitor.ts'

const exec = promisify(execFile)

export async function sufferDisk({ quick }: FaultOptions): Promise<void> {
  await withSite(await peopled(), beingLocked)
  await withSite(await peopled(), scene => beingFull(scene, quick))
  await beingReadOnly()
}

async function peopled(): Promise<TestDatabase> {
  const database = await migratedDatabase()
  await addPeople(database.config)
  return database
}

/** Another process holds the write lock for longer than the timeouts. */
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

/**
 * The system lets no file of the server grow beyond what it has (RLIMIT_FSIZE), as if the disk were full: SQLite
 * sees a write that fails. The limit is lifted again from outside, so that the same process has room.
 */
async function beingFull({ database, server, visitor }: Scene, quick: boolean): Promise<void> {
  const load = new Load(server.url).start()
  await delay(quick ? 1_000 : 5_000)
  const { size } = statSync(String(fileOf(database.config)))
  const isLimited = await limit(server, String(size))
  if (isLimited) await claimFull(server, visitor)
  else leaveOut('the disk is full', 'there is no prlimit here (util-linux)')
  await load.stop()
  if (!isLimited) return
  const { posts } = load.journal
  posts.set('room again', { begunAt: 0, promisedAt: 0 })
  for (let n = 0; n < mostFillers; n++) posts.set(filler(n), { begunAt: 0, promisedAt: null })
  await audit(database.config, load, 60_000)
}

/** Bytes that a file of the server may have; false where there is no way to say so. */
function limit(server: Server, size: string): Promise<boolean> {
  return exec('prlimit', ['--pid', String(server.pid), `--fsize=${size}:`]).then(
    () => true,
    () => false,
  )
}

async function claimFull(server: Server, visitor: Visitor): Promise<void> {
  const told = await untilRefused(visitor)
  const page = await visitor.get('/explore')
  await delay(1_000)
  const isSame = server.isRunning
  await limit(server, 'unlimited')
  const recovered = await untilWritten(visitor)
  claim('no room left: who writes is told in words', isToldInWords(told), described(told))
  claim('no room left: pages are served', page.status === 200, described(page))
  claim('no room left: the process goes on', isSame && server.isRunning)
  claim('room again: the site is itself again', recovered < 2_000, `${recovered} ms`)
}

/** As another user, because nothing is forbidden to root. */
async function beingReadOnly(): Promise<void> {
  const database = await migratedDatabase()
  const file = String(fileOf(database.config))
  const folder = path.dirname(file)
  if (unprivileged) for (const name of [folder, file]) chownSync(name, unprivileged.uid, unprivileged.gid)
  for (const [place, mode] of [
    [file, 0o444],
    [folder, 0o555],
  ] as const)
    chmodSync(place, mode)
  const environment = { DATABASE_URL: database.url, HOST: '127.0.0.1', PORT: '0' }
  const started = startProcess([`${root}/app/server.ts`], environment, { ...unprivileged })
  const { code, output } = await endedProcess(started)
  const words = output.trim()
  chmodSync(folder, 0o755)
  const isSentence = code === 1 && !words.includes('\n') && !/^\s+at /m.test(words)
  claim('read-only: the server ends with a sentence', isSentence, `exit ${code}: ${words.slice(0, 300)}`)
  await database.drop()
}
