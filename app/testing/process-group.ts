import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'

/** A program whose output (of errors) is to be read. */
export type Program = ChildProcessByStdio<null, null, Readable>

/** A temporary folder and the program that runs in it. Both go when this process ends, even by `kill -9`. */
export interface ProcessGroup {
  folder: string
  /** Runs one program at a time; as root, under an unprivileged user. */
  run(program: string, args: string[]): Promise<Program>
  /** Ends a process group that was started elsewhere, instead of the program of `run`; '' forgets it. */
  track(group: number | ''): void
  /** Ends the program and removes the folder. */
  close(): Promise<void>
}

/** Linux keeps this folder in memory: on a slow disk, creating a PostgreSQL database takes 20 times as long. */
const MEMORY = '/dev/shm'

/**
 * Reads from its input which process group runs. When that pipe closes, because this process closes it or dies,
 * it ends the group and removes the folder. The wait is bounded: a zombie without a parent never leaves its group.
 */
const WATCH = `
  while read -r line; do group=$line; done
  if [ -n "$group" ]; then
    kill -s QUIT -- "-$group"; tries=0
    while [ $tries -lt 100 ] && kill -s 0 -- "-$group"; do sleep 0.1; tries=$((tries + 1)); done
  fi
  rm -rf "$1"`

/** The user `nobody`, if this process is root, as which PostgreSQL refuses to run. */
export const unprivileged = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : undefined

/** Makes a temporary folder and starts the watcher that removes it when this process ends. */
export async function openProcessGroup(name: string): Promise<ProcessGroup> {
  const folder = await mkdtemp(join((await isRoomy(MEMORY)) ? MEMORY : tmpdir(), `${name}-`))
  // The folder of PostgreSQL may lie inside this one, and its unprivileged user has to get there.
  await chmod(folder, 0o711)
  // Detached, here and below, so that Ctrl-C in the terminal reaches the tests alone.
  const watcher = spawn('sh', ['-c', WATCH, 'sh', folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  await once(watcher, 'spawn')
  const gone = once(watcher, 'exit')
  const track = (group: number | '') => {
    if (watcher.stdin.writable) watcher.stdin.write(`${group}\n`)
  }
  return {
    folder,
    run: (program, args) => run(folder, [program, ...args], track),
    track,
    close: async () => {
      watcher.stdin.end()
      await gone
    },
  }
}

/** Whether 2 GiB fit there and programs may be started from there; containers often allow neither. */
async function isRoomy(disk: string): Promise<boolean> {
  const room = await statfs(disk).catch(() => undefined)
  return room !== undefined && room.bavail * room.bsize >= 2 ** 31 && !(await isNoexec(disk))
}

async function isNoexec(disk: string): Promise<boolean> {
  const mounts = await readFile('/proc/mounts', 'utf8')
  const options = mounts
    .split('\n')
    .map(line => line.split(' '))
    .findLast(([, place]) => place === disk)?.[3]
  return options === undefined || options.split(',').includes('noexec')
}

async function run(folder: string, [program = '', ...args]: string[], track: ProcessGroup['track']) {
  // An environment of its own: variables like PGPORT must not reach it, and it speaks English.
  const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }
  const child = spawn(join(folder, program), args, {
    ...unprivileged,
    cwd: folder,
    env,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  child.once('exit', () => track(''))
  await once(child, 'spawn')
  track(child.pid ?? '')
  return child
}
