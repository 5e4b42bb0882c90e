import { once } from 'node:events'
import type { Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { type Environment, root } from '../config.ts'
import { type Ended, type Started, startProcess } from './process.ts'

let host: Started | undefined
let last: Promise<unknown> = Promise.resolve()

/**
 * Runs a command of app/cli.ts in a process that stays for the next one, for tests of what commands do. One that reads
 * its standard input, or is about how a process starts and ends, needs a process of its own: `runProcess`.
 */
export function runCommand(words: string[], variables: Environment): Promise<Ended> {
  const ended = last.then(() => ask(words, variables))
  last = ended.catch(() => {})
  return ended
}

async function ask(words: string[], variables: Environment): Promise<Ended> {
  host ??= startProcess([`${root}/app/testing/command-host.ts`], variables)
  keepWaiting(host, true)
  const answers = createInterface({ input: host.stdout as Socket })
  host.stdin?.write(`${JSON.stringify({ words, variables })}\n`)
  const [line] = await Promise.race([once(answers, 'line'), once(host, 'close').then(() => [])])
  answers.close()
  if (line === undefined) throw new Error(`the process of the commands has ended: ${host.output()}`)
  keepWaiting(host, false)
  return JSON.parse(line) as Ended
}

/** Between two commands the host does not keep the test's process from its end, with which it ends, too. */
function keepWaiting(child: Started, waiting: boolean): void {
  const verb = waiting ? 'ref' : 'unref'
  child[verb]()
  for (const stream of [child.stdin, child.stdout, child.stderr]) (stream as Socket)[verb]()
}
