import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { packageMissing, UserError } from '../../config/user-error.ts'
import { type DatabaseConfig, type Engine, environment, root } from '../../config.ts'
import { MigrationRefused } from '../../database/migrations/failures.ts'

const program = path.join(root, 'node_modules/drizzle-kit/bin.cjs')
/** Generating opens no database: the URL only selects the engine. */
const engineUrls: Record<Engine, string> = {
  sqlite: 'sqlite:app.db',
  postgresql: 'postgres://localhost/microblog',
}

/** A decision that drizzle-kit asks for. An entity is [schema, table] or [schema, table, name]. */
export type MissingHint = { type: string; kind: string; entity: string[]; reason?: string }
/** The decision, as its option `hints` takes it. */
export type Hint =
  | { type: 'rename'; kind: string; from: string[]; to: string[] }
  | { type: 'create' | 'confirm_data_loss'; kind: string; entity: string[] }

/** What drizzle-kit shall do, for the engine or on the database of the URL. */
export type Request = { url: string } & (
  | { verb: 'generate'; options: GenerateOptions }
  | { verb: 'push'; options: { explain: true } }
)
export type GenerateOptions = { name?: string; custom?: true; explain?: true; hints?: Hint[] }

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

let started: { child: ChildProcess; ended: Promise<unknown[]> } | undefined
let last: Promise<unknown> = Promise.resolve()

/**
 * Asks drizzle-kit, when what was asked before is answered. Loading it takes longer than what it does, so one process
 * answers everything; it reads the schema each time.
 */
function askDrizzleKit(request: Request): Promise<Response> {
  const answer = last.then(() => ask(request))
  last = answer.catch(() => {})
  return answer
}

async function ask(request: Request): Promise<Response> {
  assertInstalled()
  started ??= start()
  const { child, ended } = started
  keepWaiting(child, true)
  child.send(request)
  const [answer] = await Promise.race([once(child, 'message'), ended])
  if (child.exitCode !== null || child.signalCode !== null) throw new Error('drizzle-kit did not answer')
  keepWaiting(child, false)
  return answer
}

function start() {
  const file = path.join(import.meta.dirname, 'drizzle-kit-process.ts')
  const child = fork(file, { cwd: root, env: environment, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  return { child, ended: once(child, 'exit') }
}

/** Between two requests the process does not keep this one from its end, with which it ends, too. */
function keepWaiting(child: ChildProcess, waiting: boolean): void {
  const verb = waiting ? 'ref' : 'unref'
  child[verb]()
  child.channel?.[verb]()
}

/** Runs `drizzle-kit generate` for one engine; no database is opened. */
export function runGenerate(options: GenerateOptions, engine: Engine): Promise<Response> {
  return askDrizzleKit({ verb: 'generate', options, url: engineUrls[engine] })
}

/** Whether and how `drizzle-kit push` would change the configured database; it changes nothing. */
export function explainPush(database: DatabaseConfig): Promise<Response> {
  const url = database.engine === 'sqlite' ? `sqlite:${database.file}` : database.url
  return askDrizzleKit({ verb: 'push', options: { explain: true }, url })
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
