/** Copies a site to another database. A process works with one engine, so each end is a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import process from 'node:process'
import type { Readable, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { UserError } from '../../config/user-error.ts'
import { type Environment, environment, root } from '../../config.ts'
import type { Digests } from './portable.ts'

/** `media`: URLs like MEDIA_URL; a source of null is in the backup, or where the target has its pictures already. */
type Copy = {
  from: string
  to: string
  replace: boolean
  media: { from: string | null; to: string; inBackup: boolean }
}
type Result = { code: number | null; stderr: string }
/** `pictures` are the words of a sentence that says where they are. */
type Copied = { sent: Digests; arrived: Digests; pictures: string[] }

/**
 * Pipes a portable backup of one database into another, which fetches the pictures itself; returns the digests of the
 * tables at each end.
 * @throws UserError with the message of the end that failed: the target is as it was then
 */
export async function copyDatabase({ from, to, replace, media }: Copy): Promise<Copied> {
  const withPictures = media.inBackup ? [] : ['--without-pictures']
  const options = [...(replace ? ['--yes'] : []), ...(media.from ? ['--media-from', media.from] : [])]
  const sender = start({ DATABASE_URL: from }, ['db:backup', '-', '--digests', ...withPictures])
  const target = { DATABASE_URL: to, MEDIA_URL: media.to }
  const receiver = start(target, ['db:restore', '-', '--digests', ...options])
  // When one of them ends early, its own message says why.
  pipeline(sender.stdout as Readable, receiver.stdin as Writable).catch(() => {})
  const [sent, arrived] = await Promise.all([resultOf(sender), resultOf(receiver)])
  // When the sender fails, the receiver only sees a backup that is cut short; when the receiver fails, the sender only
  // sees a closed pipe.
  const isReceivers = arrived.code !== 0 && (sent.code === 0 || !arrived.stderr.includes('cut short'))
  const failed = isReceivers ? arrived : sent
  if (failed.code !== 0)
    throw new UserError(failed.stderr.trim() || `the copying process ended early (${failed.code})`)
  const pictures = arrived.stderr.split('\n').filter(line => /files? of pictures/.test(line))
  return { sent: digestsIn(sent.stderr), arrived: digestsIn(arrived.stderr), pictures }
}

function start(settings: Environment, args: string[]): ChildProcess {
  const env = { ...environment, ...settings }
  return spawn(process.execPath, [path.join(root, 'app/cli.ts'), ...args], { env, stdio: 'pipe' })
}

/** Standard output carries the backup, so both write their messages to standard error. */
async function resultOf(child: ChildProcess): Promise<Result> {
  const [stderr, [code]] = await Promise.all([text(child.stderr as Readable), once(child, 'exit')])
  return { stderr, code: code as number | null }
}

/** One line a table: its name, how many rows it has, and the SHA-256 of their canonical text. */
export function digestLines(tables: Digests): string {
  return Object.entries(tables)
    .map(([name, { rows, sha256 }]) => `${name}\t${rows}\t${sha256}\n`)
    .join('')
}

function digestsIn(stderr: string): Digests {
  const lines = [...stderr.matchAll(/^(\w+)\t(\d+)\t([0-9a-f]{64})$/gm)]
  return Object.fromEntries(
    lines.map(([, name, rows, sha256]) => [name, { rows: Number(rows), sha256 }]),
  ) as Digests
}
