import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type Environment, root } from '../config.ts'

export type Started = ChildProcess & { output(): string }
export type Ended = { code: number | null; output: string }

/** A process of the project, with nothing of this one's settings but what is given. */
export function startProcess(
  words: string[],
  environment: Environment,
  place: { cwd?: string; uid?: number; gid?: number } = {},
): Started {
  const { PATH, TMPDIR, HOME, NODE_COMPILE_CACHE } = process.env
  const env = {
    PATH,
    TMPDIR,
    HOME,
    NODE_COMPILE_CACHE,
    LOG_LEVEL: 'warn',
    SQLITE_SYNCHRONOUS: 'NORMAL',
    ...environment,
  }
  const child = spawn(process.execPath, words, { cwd: '/', ...place, env, stdio: 'pipe' })
  const kill = () => void child.kill('SIGKILL')
  process.once('exit', kill)
  child.once('exit', () => process.off('exit', kill))
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', text => (output += text))
  return Object.assign(child, { output: () => output })
}

/** The flags of `npm start`: tests and the benchmark run what people run. */
export function startFlags(): string[] {
  const { scripts } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as {
    scripts: { start: string }
  }
  return scripts.start.split(' ').filter(word => word.startsWith('--'))
}

/** Runs a process to its end; `words` start from the project's root. */
export function runProcess([script, ...words]: string[], environment: Environment): Promise<Ended> {
  return endedProcess(startProcess([`${root}/${script}`, ...words], environment))
}

export async function endedProcess(child: Started): Promise<Ended> {
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, output: child.output() }
}

/** Ends a process by a signal and waits for its end. */
export async function endProcess(
  child: ChildProcess,
  signal: NodeJS.Signals = 'SIGTERM',
): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode
  child.kill(signal)
  const [code] = (await once(child, 'close')) as [number | null]
  return code
}
