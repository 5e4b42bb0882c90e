/**
 * Images are made one at a time, in a process of their own with a low priority: pages go first, a file that breaks the
 * decoder does not break the site, and the memory that decoding takes is given back. It is started by the first upload
 * and ends when none comes.
 */
import { type ChildProcess, fork } from 'node:child_process'
import os from 'node:os'
import path from 'node:path'
import { environment, root } from '../config.ts'
import { ImageRefused, type MadeImage, type Making } from './processing.ts'

/** Beyond these people are asked to try again. */
const [maxWaiting, maxWaitMs] = [60, 60_000]
/** What takes longer is killed. */
const maxWorkMs = 30_000
const idleMs = 15_000
/** A process that has more after an image is replaced: the allocator keeps what a large one took. */
const maxRssBytes = 130 * 1024 * 1024

export type Job = { upload: string | Buffer; making: Making }
export type Answer = { rss: number; made?: MadeImage; problem?: ImageRefused['problem']; reason?: string }

let waiting = 0
let last: Promise<unknown> = Promise.resolve()
let running: ChildProcess | null = null
let idle: NodeJS.Timeout | undefined

/**
 * Makes the files of an uploaded image.
 * @param upload the path of the file, or its bytes
 * @throws ImageRefused
 */
export async function makeImage(upload: string | Buffer, making: Making): Promise<MadeImage> {
  if (waiting >= maxWaiting) throw new ImageRefused('busy')
  waiting += 1
  const since = performance.now()
  const turn = last.then(() => {
    if (performance.now() - since > maxWaitMs) throw new ImageRefused('busy')
    return make({ upload, making })
  })
  last = turn.catch(() => {}).finally(() => (waiting -= 1))
  return turn
}

async function make(job: Job): Promise<MadeImage> {
  clearTimeout(idle)
  // One that has died is known to be disconnected before it is known to have ended.
  const child = running?.connected ? running : start()
  running = child
  keepAlive(child, true)
  let isTooSlow = false
  const killer = setTimeout(() => {
    isTooSlow = true
    child.kill('SIGKILL')
  }, maxWorkMs)
  try {
    const { made, problem, reason, rss } = await ask(child, job)
    if (rss > maxRssBytes) end(child)
    if (made) return made
    throw new ImageRefused(isTooSlow ? 'busy' : (problem ?? 'broken'), { cause: reason })
  } finally {
    clearTimeout(killer)
    keepAlive(child, false)
    idle = setTimeout(() => end(child), idleMs).unref()
  }
}

/** The answer of the process, or that the image broke it. */
async function ask(child: ChildProcess, job: Job): Promise<Answer> {
  const { promise, resolve } = Promise.withResolvers<Answer>()
  const broken = (cause?: unknown) => resolve({ rss: 0, problem: 'broken', reason: String(cause) })
  child.once('message', resolve).once('exit', broken).once('error', broken)
  child.send(job, error => error && broken(error))
  try {
    return await promise
  } finally {
    child.off('message', resolve).off('exit', broken).off('error', broken)
  }
}

function start(): ChildProcess {
  const { PATH, TMPDIR, SystemRoot } = environment
  const child = fork(path.join(import.meta.dirname, 'making-process.ts'), {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    execArgv: ['--max-old-space-size=64', '--max-semi-space-size=1'],
    // None of the site's secrets. The allocator gives back what an image took: 140 MB at the most in place of 180.
    env: {
      PATH,
      TMPDIR,
      SystemRoot,
      MALLOC_ARENA_MAX: '1',
      MALLOC_TRIM_THRESHOLD_: '131072',
      MALLOC_MMAP_THRESHOLD_: '131072',
      UV_THREADPOOL_SIZE: '1',
      NODE_COMPILE_CACHE: path.join(root, '.cache/compiled'),
    },
  })
  child.once('exit', () => forget(child)).on('error', () => forget(child))
  try {
    os.setPriority(child.pid as number, os.constants.priority.PRIORITY_LOW)
  } catch {
    // Not every system lets a process do so.
  }
  return child
}

function forget(child: ChildProcess): void {
  if (running === child) running = null
}

/** The process ends by itself when it is disconnected, also because this one was killed. */
function end(child: ChildProcess): void {
  forget(child)
  if (child.connected) child.disconnect()
}

/** An image that is being made keeps a command from ending; a process that waits for one does not. */
function keepAlive(child: ChildProcess, isWorking: boolean): void {
  if (isWorking) child.ref()
  else child.unref()
  if (isWorking) child.channel?.ref()
  else child.channel?.unref()
}
