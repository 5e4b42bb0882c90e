/** The real server as a process of its own, on a database that only it knows. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'playwright/test'
import { type Engine, type Environment, root, variables } from '../../app/config.ts'
import { emptyPostgresDatabase } from '../../app/testing/database.ts'
import { freePort } from '../../app/testing/free-port.ts'
import { type Mailbox, openMailbox } from '../../app/testing/mailbox.ts'

export interface Server {
  url: string
  /** Where its mails arrive. */
  mailbox: Mailbox
  /** The output so far, to explain a failed journey. */
  log(): string
  /** Runs a command of app/cli.ts on the same database and answers what it printed. */
  command(...words: string[]): Promise<string>
  stop(): Promise<void>
}

/** The environment of the test run must not reach the server: an empty variable means its default. */
const defaults = {
  ...Object.fromEntries(Object.keys(variables).map(name => [name, ''])),
  LOG_LEVEL: 'warn',
  SQLITE_SYNCHRONOUS: 'NORMAL',
  RATE_LIMITS: 'off',
}

/** With some settings of its own. */
export async function startServer(engine: Engine, environment: Environment = {}): Promise<Server> {
  const database = engine === 'sqlite' ? await emptyFile() : await emptyPostgresDatabase(postgresUrl())
  const mailbox = await openMailbox()
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const address = { HOST: '127.0.0.1', PORT: String(port), PUBLIC_URL: url, DATABASE_URL: database.url }
  const env = { ...process.env, ...defaults, ...address, SMTP_URL: mailbox.url, ...environment }
  const { child, log, ended } = run('app/server.ts', env)
  await untilReady(url, child, log)
  const stop = async () => {
    child.kill('SIGTERM')
    const [code] = await ended
    await database.drop()
    await mailbox.close()
    if (code !== 0) throw new Error(`the server ended with ${code}:\n${log()}`)
  }
  return { url, mailbox, log, command: (...words) => outputOf(['app/cli.ts', ...words], env), stop }
}

function run(program: string, env: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, [program], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const written: string[] = []
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', chunk => void written.push(String(chunk)))
  return { child, log: () => written.join(''), ended: once(child, 'exit') }
}

async function outputOf(words: string[], env: NodeJS.ProcessEnv): Promise<string> {
  return (await promisify(execFile)(process.execPath, words, { cwd: root, env })).stdout
}

async function untilReady(url: string, child: ChildProcess, log: () => string): Promise<void> {
  const answer = () =>
    fetch(`${url}/readyz`).then(
      ({ status }) => status,
      () => (child.exitCode === null ? 'nothing yet' : `the server has ended: ${log()}`),
    )
  await expect.poll(answer, { intervals: [50], timeout: 60_000, message: 'ready' }).toBe(200)
}

async function emptyFile(): Promise<{ url: string; drop(): Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'microblog-journeys-'))
  const url = `sqlite:${path.join(folder, 'journeys.db')}`
  return { url, drop: () => rm(folder, { recursive: true, force: true }) }
}

function postgresUrl(): string {
  const url = process.env['TEST_POSTGRES_URL']
  if (!url) throw new Error('TEST_POSTGRES_URL names no server: `npm test` starts one')
  return url
}
