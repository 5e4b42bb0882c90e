import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { text } from 'node:stream/consumers'
import { packageMissing, UserError } from '../../config/user-error.ts'
import { type Engine, environment, root } from '../../config.ts'

const program = path.join(root, 'node_modules/drizzle-kit/bin.cjs')
/** Generating opens no database: the URL only selects the engine. */
const engineUrls: Record<Engine, string> = {
  sqlite: 'sqlite:app.db',
  postgresql: 'postgres://localhost/microblog',
}

/** A decision that drizzle-kit asks for. An entity is [schema, table] or [schema, table, name]. */
export type MissingHint = { type: string; kind: string; entity: string[]; reason?: string }
/** The decision, as its option `--hints` takes it. */
export type Hint =
  | { type: 'rename'; kind: string; from: string[]; to: string[] }
  | { type: 'create' | 'confirm_data_loss'; kind: string; entity: string[] }

/** @see drizzle-kit/skills/drizzle/responses-and-errors.md in its package */
export type Response =
  | { status: 'ok'; migration_path?: string; statements?: unknown[] }
  | { status: 'no_changes' }
  | { status: 'missing_hints'; unresolved: MissingHint[] }
  | { status: 'error'; error: { code: string; message?: string } }

/** A site that is only served is installed without it. */
function assertInstalled(): void {
  if (!existsSync(program)) throw new UserError(packageMissing('drizzle-kit'))
}

/** Runs drizzle-kit in a process of its own, for the engine of the URL, and parses its JSON response. */
export async function runDrizzleKit(args: string[], url: string): Promise<Response> {
  assertInstalled()
  const env = { ...environment, DATABASE_URL: url }
  const child = spawn(process.execPath, [program, ...args, '--output', 'json'], { cwd: root, env })
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  const line = stdout.split('\n').findLast(each => each.startsWith('{'))
  if (!line) throw new Error(`drizzle-kit did not answer: ${(stderr || stdout).trim()}`)
  return JSON.parse(line) as Response
}

/** Runs `drizzle-kit generate` for one engine; no database is opened. */
export function runGenerate(args: string[], engine: Engine): Promise<Response> {
  return runDrizzleKit(['generate', ...args], engineUrls[engine])
}

/** Runs drizzle-kit on this terminal; resolves to its exit code. */
export async function runDrizzleKitInteractive(args: string[]): Promise<number> {
  assertInstalled()
  const child = spawn(process.execPath, [program, ...args], {
    cwd: root,
    env: environment,
    stdio: 'inherit',
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  const [code] = (await once(child, 'close')) as [number | null]
  return code ?? 1
}
