/** What can happen to PostgreSQL's files: the same as to SQLite's, with its own server between. */
import { execFile, spawnSync } from 'node:child_process'
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { migrate } from '../../app/database/migrations/migrations.ts'
import { emptyPostgresDatabase, type TestDatabase } from '../../app/testing/database.ts'
import { type PostgresServer, startPostgres, startReplica } from '../../app/testing/postgres.ts'
import { unprivileged } from '../../app/testing/process-group.ts'
import { auditIntegrity } from './audit.ts'
import { addPeople, password } from './load.ts'
import { claim, leaveOut } from './program.ts'
import {
  described,
  isToldInWords,
  type Scene,
  slowestOf,
  untilRefused,
  untilWritten,
  withSite,
} from './refusals.ts'
import { withPostgres } from './rows.ts'
import { Server } from './server.ts'
import { Visitor } from './visitor.ts'

const exec = promisify(execFile)

export async function sufferDisk(): Promise<void> {
  const postgres = await startPostgres(undefined, { durable: true })
  await withSite(await peopled(postgres), beingLocked)
  await beingFull(postgres)
  await beingReadOnly(postgres)
  await postgres.stop()
}

async function peopled({ url }: PostgresServer): Promise<TestDatabase> {
  const database = await emptyPostgresDatabase(url)
  await migrate(database.config)
  await addPeople(database.config)
  return database
}

/** Another client locks the table of posts for longer than the timeouts. */
async function beingLocked({ database, server, visitor }: Scene): Promise<void> {
  const form = { body: 'while it is locked', submission: 'locked' }
  const [told, slowest] = await withPostgres(database.url, client =>
    client.begin(async tx => {
      await tx`lock table posts in access exclusive mode`
      return Promise.all([visitor.post('/posts', form), slowestOf(server, 3_000)])
    }),
  )
  const after = await visitor.post('/posts', form)
  claim('locked: who writes is told in words', isToldInWords(told), described(told))
  claim('locked: the answer comes after 10 s, not later', told.milliseconds < 11_500, described(told))
  claim('locked: /livez answers all the while', slowest < 2_000, `${slowest} ms at the most`)
  claim('unlocked: the same form goes through', after.status === 303, described(after))
}

/** The database lies on a small disk in memory, which a file beside it fills; only root can have one. */
async function beingFull(postgres: PostgresServer): Promise<void> {
  const disk = path.join(postgres.folder, 'small')
  const owner = unprivileged ? `,uid=${unprivileged.uid},gid=${unprivileged.gid}` : ''
  await mkdir(disk)
  const options = ['-t', 'tmpfs', '-o', `size=64m,mode=700${owner}`, 'microblog', disk]
  const isMounted = await exec('mount', options).then(
    () => true,
    () => false,
  )
  if (!isMounted) return leaveOut('the disk is full', 'a small disk can only be mounted by root')
  const unmount = () => void spawnSync('umount', ['--lazy', disk])
  process.once('exit', unmount)
  await onTablespace(postgres, disk)
  process.off('exit', unmount)
  unmount()
}

async function onTablespace(postgres: PostgresServer, disk: string): Promise<void> {
  const database = await peopled(postgres)
  await withPostgres(postgres.url, async client => {
    await client.unsafe(`create tablespace small location '${disk}'`)
    await client.unsafe(`alter database ${new URL(database.url).pathname.slice(1)} set tablespace small`)
  })
  await withSite(database, scene => claimFull(scene, disk))
  await withPostgres(postgres.url, client => client.unsafe('drop tablespace small'))
}

async function claimFull({ database, server, visitor }: Scene, disk: string): Promise<void> {
  const rest = path.join(disk, 'rest')
  const { bavail, bsize } = await statfs(disk)
  await writeFile(rest, Buffer.alloc((bavail - 16) * bsize))
  const told = await untilRefused(visitor)
  const page = await visitor.get('/explore')
  const isSame = server.isRunning
  await rm(rest)
  const recovered = await untilWritten(visitor)
  claim('no room left: who writes is told in words', isToldInWords(told), described(told))
  claim('no room left: pages are served', page.status === 200, described(page))
  claim('no room left: the process goes on', isSame && server.isRunning)
  claim('room again: the site is itself again', recovered < 2_000, `${recovered} ms`)
  await auditIntegrity(database.config)
}

/** As after a failover that went wrong: what the site takes for its database is a standby, which can only be read. */
async function beingReadOnly(postgres: PostgresServer): Promise<void> {
  const database = await peopled(postgres)
  const standby = await startReplica(postgres)
  const url = new URL(database.url)
  url.port = new URL(standby.url).port
  const server = await (await Server.on(url.href)).start()
  const visitor = new Visitor(server.url)
  const page = await visitor.get('/explore')
  const told = await visitor.post('/sign-in', { identifier: 'susan', password, keep: 'on' })
  claim('read-only: pages are served', page.status === 200, described(page))
  claim('read-only: who writes is told in words', isToldInWords(told), described(told))
  claim('read-only: the process goes on', server.isRunning && !/"level":60/.test(server.output))
  await server.end()
  await standby.stop()
  await database.drop()
}
