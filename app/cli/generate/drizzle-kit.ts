import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { text } from 'node:stream/consumers'
import { packageMissing, UserError } from '../../config/user-error.ts'
import { type Engine, environment, root } from '../../config.ts'
import { MigrationRefused } from '../../database/migrations/failures.ts'

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
  | { status: 'error'; error: { code: string; message?: string; details?: Conflict[] } }

/** Branches whose migrations change the same thing; `leafPath` is the folder of such a migration. */
type Conflict = { branches?: Branch[] }
type Branch = {
  leafPath: string
  statementDescription?: string
  target?: { kind: string; table?: string; name?: string }
}

/** The migration itself, or the newest of its branch. */
function nameOf({ leafPath, statementDescription = '' }: Branch): string {
  return /\((\d{14}_\w+)\)$/.exec(statementDescription)?.[1] ?? path.basename(leafPath)
}

/** What drizzle-kit refused, in one sentence that names the migrations of branches that do not fit together. */
export function refusalOf({ error }: Extract<Response, { status: 'error' }>): MigrationRefused {
  const { branches = [] } = (Array.isArray(error.details) ? error.details[0] : undefined) ?? {}
  const { kind, table, name } = branches[0]?.target ?? {}
  if (kind && branches.length > 1) {
    const names = branches.map(nameOf).join(' and ')
    const what = [table, name].filter(Boolean).join('.')
    return new MigrationRefused(
      `${names} both change the ${kind} ${what}: delete the folders of the one that no other database has applied, then run db:generate for what it did besides`,
    )
  }
  return new MigrationRefused(
    `drizzle-kit refused (${error.code})${error.message ? `: ${error.message}` : ''}`,
  )
}

/** A site that is only served is installed without it. */
function assertInstalled(): void {
  if (!existsSync(program)) throw new UserError(packageMissing('drizzle-kit'))
}

/** Runs drizzle-kit in a process of its own, for the engine of the URL, and parses its JSON response. */
export async function runDrizzleKit(args: string[], url: string): Promise<Response> {
  assertInstalled()
  const env = { ...environment, DATABASE_URL: url }
  // drizzle.config.ts, for people, hands `generate` over to db:generate, which comes back here.
  const options = ['--config', 'app/cli/generate/drizzle-config.ts', '--output', 'json']
  const child = spawn(process.execPath, [program, ...args, ...options], { cwd: root, env })
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
