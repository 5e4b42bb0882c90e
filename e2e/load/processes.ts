/** The servers that the benchmark starts, and what Linux says about the work of a process. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { variables } from '../../app/config.ts'
import { freePort } from '../../app/testing/free-port.ts'
import { fetchPage } from './page.ts'

export type Server = {
  child: ChildProcess
  pid: number
  url: string
  /** Milliseconds from the start of the process to its first answer. */
  readyAfter: number
  stop(): Promise<void>
}

/** Processes of one site, each at an address of its own. */
export type Site = { pids: number[]; urls: string[] }

export function siteOf(...servers: Server[]): Site {
  return { pids: servers.map(({ pid }) => pid), urls: servers.map(({ url }) => url) }
}

/** The environment of the benchmark must not reach the server: an empty variable means its default. */
const defaults = Object.fromEntries(Object.keys(variables).map(name => [name, '']))

/** Starts a script of this repository as a server on a free port, and waits for its first 200. */
export async function startServer(
  script: string,
  environment = {},
  execArgv: string[] = [],
): Promise<Server> {
  const port = await freePort()
  const env = { ...process.env, ...defaults, ...environment, HOST: '127.0.0.1', PORT: String(port) }
  const start = performance.now()
  const stdio = ['ignore', 'ignore', 'inherit', 'ipc'] as const
  const child = fork(path.join(import.meta.dirname, script), {
    env,
    execArgv,
    stdio: [...stdio],
    serialization: 'advanced',
  })
  const kill = () => void child.kill('SIGKILL')
  process.once('exit', kill)
  const gone = once(child, 'exit').then(() => void process.off('exit', kill))
  const url = `http://127.0.0.1:${port}`
  await untilReady(url, child)
  const readyAfter = performance.now() - start
  const stop = async () => void (child.kill('SIGTERM') && (await gone))
  return { child, pid: child.pid as number, url, readyAfter, stop }
}

async function untilReady(url: string, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + 30_000
  while (child.exitCode === null && performance.now() < deadline) {
    const page = await fetchPage(url, { path: '/', headers: {} }).catch(() => null)
    if (page?.status === 200) return
    await delay(10)
  }
  throw new Error(`${url} did not start`)
}

/**
 * Microseconds of CPU that processes have used; NaN where there is no /proc. Linux counts in hundredths of
 * a second.
 * @see proc_pid_stat(5): utime and stime are the 14th and 15th field; the 2nd may contain spaces
 */
export async function cpuOf(...pids: number[]): Promise<number> {
  const used = await Promise.all(
    pids.map(async pid => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      return (Number(fields[11]) + Number(fields[12])) * 10_000
    }),
  )
  return used.reduce((sum, microseconds) => sum + microseconds, 0)
}

/** Megabytes that the largest of the processes holds now, and held at the most. */
export async function memoryOf(...pids: number[]): Promise<{ resident: number; peak: number }> {
  const statuses = await Promise.all(pids.map(pid => readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')))
  const megabytes = (name: string) => {
    const field = new RegExp(`${name}:\\s+(\\d+)`)
    return Math.max(...statuses.map(status => Number(field.exec(status)?.[1]) / 1024))
  }
  return { resident: megabytes('VmRSS'), peak: megabytes('VmHWM') }
}
