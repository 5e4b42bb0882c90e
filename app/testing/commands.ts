import { once } from 'node:events'
import type { Socket } from 'node:net'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { type Environment, root } from '../config.ts'
import { type Ended, type Started, startProcess } from './process.ts'

/**
 * Runs a command of app/cli.ts in a process that stays for the next one, for tests of what commands do. One that reads
 * its standard input, or is about how a process starts and ends, needs a process of its own: `runProcess`.
 */
export const runCommand = commandsOf(root)

/** The same of a project that may be a copy: each has its process. */
export function commandsOf(folder: string): (words: string[], variables: Environment) => Promise<Ended> {
  let host: Host | undefined
  let last: Promise<unknown> = Promise.resolve()
  return (words, variables) => {
    const ended = last.then(() => {
      host ??= startHost(folder, variables)
      return ask(host, JSON.stringify({ words, variables }))
    })
    last = ended.catch(() => {})
    return ended
  }
}

type Host = { child: Started; ended: Promise<unknown[]> }

async function ask({ child, ended }: Host, request: string): Promise<Ended> {
  keepWaiting(child, true)
  const answers = createInterface({ input: child.stdout as Socket })
  child.stdin?.write(`${request}\n`)
  const [line] = await Promise.race([once(answers, 'line'), ended])
  answers.close()
  if (typeof line !== 'string') throw new Error(`the process of the commands has ended: ${child.output()}`)
  keepWaiting(child, false)
  return JSON.parse(line) as Ended
}

function startHost(folder: string, variables: Environment): Host {
  const child = startProcess([path.join(folder, 'app/testing/command-host.ts')], variables)
  return { child, ended: once(child, 'close') }
}

/** Between two commands the host does not keep the test's process from its end, with which it ends, too. */
function keepWaiting(child: Started, waiting: boolean): void {
  const verb = waiting ? 'ref' : 'unref'
  child[verb]()
  for (const stream of [child.stdin, child.stdout, child.stderr]) (stream as Socket)[verb]()
}
