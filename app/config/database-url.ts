/** Parses the variables that name a database. */
import path from 'node:path'
import { root } from './root.ts'
import { integer } from './values.ts'

export type Engine = 'sqlite' | 'postgresql'
export type DatabaseConfig =
  | { engine: 'sqlite'; file: string; synchronous: 'FULL' | 'NORMAL' }
  | ({ engine: 'postgresql'; replica?: PostgresServer } & PostgresServer)
type PostgresServer = { url: string; poolSize: number; poolRecycle: number | null }

/** The engine that a DATABASE_URL names. Invalid URLs are refused by readConfig(). */
export function engineOf(url: string | undefined): Engine {
  return /^postgres(ql)?:/.test(url?.trim() ?? '') ? 'postgresql' : 'sqlite'
}

/** DATABASE_URL without its password, for logs and prompts. */
export function publicDatabaseUrl(database: DatabaseConfig): string {
  if (database.engine === 'sqlite') {
    const fromRoot = path.relative(root, database.file)
    return `sqlite:${fromRoot.startsWith('..') ? database.file : fromRoot}`
  }
  return database.url.replace(/^([^:]+:\/\/[^:/@]*):[^@]*@/, '$1:***@')
}

export function databaseUrl(value: string): DatabaseConfig {
  if (engineOf(value) === 'postgresql') return { engine: 'postgresql', ...postgresServer(value) }
  const file = /^(?:sqlite|file):(?:\/\/(?=\/))?(?!\/\/)([^?#]+)$/.exec(value)?.[1]
  if (!file) throw new Error(`must be sqlite:path, file:path or postgres://…, not "${scheme(value)}"`)
  if (file.includes(':memory:')) {
    throw new Error('must name a file: an in-memory database cannot be shared by its reader and its writer')
  }
  return { engine: 'sqlite', file: path.resolve(root, file), synchronous: 'FULL' }
}

/** Null if the value is empty. */
export function replicaUrl(value: string): PostgresServer | null {
  if (value === '') return null
  if (engineOf(value) !== 'postgresql') throw new Error(`must be postgres://…, not "${scheme(value)}"`)
  return postgresServer(value)
}

/** The pool settings are removed from the URL: the server would refuse them as unknown parameters. */
function postgresServer(value: string): PostgresServer {
  if (!URL.canParse(value) || !new URL(value).hostname)
    throw new Error('is not a URL like postgres://user:password@host:5432/database')
  const url = new URL(value)
  const poolSize = integer(1, 500)(url.searchParams.get('pool_size') ?? '10')
  const recycle = url.searchParams.get('pool_recycle')
  const poolRecycle = recycle === null ? null : integer(1, 86_400)(recycle)
  url.searchParams.delete('pool_size')
  url.searchParams.delete('pool_recycle')
  return { url: url.href, poolSize, poolRecycle }
}

function scheme(value: string): string {
  return /^[a-z][a-z0-9+.-]*:/i.exec(value)?.[0] ?? value.slice(0, 20)
}
