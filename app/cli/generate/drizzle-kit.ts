import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import process from 'node:process'
import { text } from 'node:stream/consumers'
import { type Engine, environment, root } from '../../config.ts'

const program = path.join(root, 'node_modules/drizzle-kit/bin.cjs')
/** Nothing is opened while generating: the URL only says whose migrations are meant. */
const anyUrl: Record<Engine, string> = {
  sqlite: 'sqlite:app.db',
  postgresql: 'postgres://localhost/microblog',
}

/** A decision that drizzle-kit asks for, or an answer to one. An entity is [schema, table] or [schema, table, name]. */
export type Question = { type: string; kind: string; entity: string[]; reason?: string }
export type Hint =
  | { type: 'rename'; kind: string; from: string[]; to: string[] }
  | { type: 'create' | 'confirm_data_loss'; kind: string; entity: string[] }

/** @see drizzle-kit/skills/drizzle/responses-and-errors.md in its package */
export type Response =
  | { status: 'ok'; migration_path?: string; statements?: unknown[] }
  | { status: 'no_changes' }
  | { status: 'missing_hints'; unresolved: Question[] }
  | { status: 'error'; error: { code: string; message?: string } }

/** Asks drizzle-kit, in a process of its own for the engine, and reads its answer. */
export async function askDrizzleKit(words: string[], url: string): Promise<Response> {
  const env = { ...environment, DATABASE_URL: url }
  const child = spawn(process.execPath, [program, ...words, '--output', 'json'], { cwd: root, env })
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  const line = stdout.split('\n').findLast(each => each.startsWith('{'))
  if (!line) throw new Error(`drizzle-kit did not answer: ${(stderr || stdout).trim()}`)
  return JSON.parse(line) as Response
}

/** The same for an engine's migrations, without a database. */
export function askAboutMigrations(words: string[], engine: Engine): Promise<Response> {
  return askDrizzleKit(['generate', ...words], anyUrl[engine])
}

/** Lets drizzle-kit talk to the person at the terminal; resolves to its exit code. */
export async function runDrizzleKit(words: string[]): Promise<number> {
  const child = spawn(process.execPath, [program, ...words], {
    cwd: root,
    env: environment,
    stdio: 'inherit',
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  const [code] = (await once(child, 'close')) as [number | null]
  return code ?? 1
}
