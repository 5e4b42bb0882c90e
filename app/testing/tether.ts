import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'

/** A program whose output (of errors) is to be read. */
export type Program = ChildProcessByStdio<null, null, Readable>

/** Temporary folders and the program that runs in them: gone soon after this process, even by `kill -9`. */
export interface Tether {
  folder: string
  /** Another folder, in memory where there is plenty; programs cannot be started from it everywhere. */
  scratch: string
  /** Runs one program at a time, as nobody when we are root. */
  run(program: string, args: string[]): Promise<Program>
  /** Ends the program and removes the folders. */
  cut(): Promise<void>
}

/**
 * Learns from its input which process group runs. When that pipe closes, because we close it or die, it ends
 * the group and removes the folders. The wait is bounded: a zombie that nobody reaps never leaves its group.
 */
const WATCH = `
  while read -r line; do group=$line; done
  if [ -n "$group" ]; then
    kill -s QUIT -- "-$group"; tries=0
    while [ $tries -lt 100 ] && kill -s 0 -- "-$group"; do sleep 0.1; tries=$((tries + 1)); done
  fi
  rm -rf "$@"`

/** Servers like PostgreSQL refuse to run as root; Node drops the supplementary groups, too. */
export const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : undefined

/** Makes the temporary folders and the watcher that ties them to this process. */
export async function openTether(name: string): Promise<Tether> {
  const folder = await mkdtemp(join(tmpdir(), `${name}-`))
  const scratch = await mkdtemp(join(await quickest(), `${name}-`))
  // Detached, here and below, so that Ctrl-C in the terminal reaches the tests alone.
  const watch = ['-c', WATCH, 'sh', folder, scratch]
  const watcher = spawn('sh', watch, { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
  await once(watcher, 'spawn')
  const gone = once(watcher, 'exit')
  const announce = (group: number | '') => watcher.stdin.writable && watcher.stdin.write(`${group}\n`)
  return {
    folder,
    scratch,
    run: (program, args) => run(folder, [program, ...args], announce),
    cut: async () => {
      watcher.stdin.end()
      await gone
    },
  }
}

/** Linux's memory disk, if it has 2 GiB to spare: on a slow disk, a database is made 20 times slower. */
async function quickest(): Promise<string> {
  const memory = await statfs('/dev/shm').catch(() => undefined)
  return memory && memory.bavail * memory.bsize >= 2 ** 31 ? '/dev/shm' : tmpdir()
}

async function run(
  folder: string,
  [program = '', ...args]: string[],
  announce: (group: number | '') => unknown,
) {
  // An environment of its own: variables like PGPORT must not reach it, and it speaks English.
  const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }
  const child = spawn(join(folder, program), args, {
    ...nobody,
    cwd: folder,
    env,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  child.once('exit', () => announce(''))
  await once(child, 'spawn')
  announce(child.pid ?? '')
  return child
}
