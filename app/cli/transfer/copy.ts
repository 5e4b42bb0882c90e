/** Moves a site between databases: the engine is a fact of a process, so each end has one of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import process from 'node:process'
import type { Readable, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { UserError } from '../../config/user-error.ts'
import { environment, root } from '../../config.ts'
import type { Digests } from './portable.ts'

export type Route = { from: string; to: string; replace: boolean }
type Outcome = { code: number | null; said: string }

/**
 * Pipes a portable backup of one database into another; returns what each end found in its tables afterwards.
 * @throws UserError with the sentence of the end that failed: the target is as it was then
 */
export async function copyDatabase({
  from,
  to,
  replace,
}: Route): Promise<{ sent: Digests; arrived: Digests }> {
  const sender = start(from, ['db:backup', '-', '--digests'])
  const receiver = start(to, ['db:restore', '-', '--digests', ...(replace ? ['--yes'] : [])])
  // When one of them ends early, its own sentence says why.
  pipeline(sender.stdout as Readable, receiver.stdin as Writable).catch(() => {})
  const [sent, arrived] = await Promise.all([outcomeOf(sender), outcomeOf(receiver)])
  const failed = failureOf(sent, arrived)
  if (failed) throw new UserError(failed.said.trim() || `the copying process ended early (${failed.code})`)
  return { sent: digestsIn(sent.said), arrived: digestsIn(arrived.said) }
}

function start(url: string, words: string[]): ChildProcess {
  const env = { ...environment, DATABASE_URL: url }
  return spawn(process.execPath, [path.join(root, 'app/cli.ts'), ...words], { env, stdio: 'pipe' })
}

/** Only the receiver reads from its standard output; both speak on standard error. */
async function outcomeOf(child: ChildProcess): Promise<Outcome> {
  const [said, [code]] = await Promise.all([text(child.stderr as Readable), once(child, 'exit')])
  return { said, code: code as number | null }
}

/** A receiver whose sender failed can only say that the backup is cut short; a sender, that nobody listens. */
function failureOf(sent: Outcome, arrived: Outcome): Outcome | undefined {
  if (arrived.code !== 0 && (sent.code === 0 || !arrived.said.includes('cut short'))) return arrived
  return sent.code === 0 ? undefined : sent
}

/** One line a table: its name, how many rows it has, and the SHA-256 of their canonical text. */
export function digestLines(tables: Digests): string {
  return Object.entries(tables)
    .map(([name, { rows, sha256 }]) => `${name}\t${rows}\t${sha256}\n`)
    .join('')
}

function digestsIn(said: string): Digests {
  const lines = [...said.matchAll(/^(\w+)\t(\d+)\t([0-9a-f]{64})$/gm)]
  return Object.fromEntries(
    lines.map(([, name, rows, sha256]) => [name, { rows: Number(rows), sha256 }]),
  ) as Digests
}
