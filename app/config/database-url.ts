/** Parses the variables that name a database. */
import path from 'node:path'
import { isPostgresUrl, isSocketFolder, type PostgresServer, postgresServer } from './postgres-url.ts'
import { root } from './root.ts'

export type Engine = 'sqlite' | 'postgresql'
export type DatabaseConfig =
  | { engine: 'sqlite'; file: string; synchronous: 'FULL' | 'NORMAL' }
  | ({ engine: 'postgresql'; replica?: PostgresServer } & PostgresServer)

/** The engine that a DATABASE_URL names. Invalid URLs are refused by readConfig(). */
export function engineOf(url: string | undefined): Engine {
  return isPostgresUrl(url?.trim() ?? '') ? 'postgresql' : 'sqlite'
}

/** DATABASE_URL without its password and parameters, for logs and prompts. */
export function publicDatabaseUrl(database: DatabaseConfig): string {
  if (database.engine === 'sqlite') {
    const fromRoot = path.relative(root, database.file)
    return `sqlite:${fromRoot.startsWith('..') ? database.file : fromRoot}`
  }
  const { hosts, ports, user, password, database: name } = database
  const who = user || password ? `${user ?? ''}${password ? ':***' : ''}@` : ''
  const [first = ''] = hosts
  if (isSocketFolder(first)) return `postgres://${who}/${name ?? ''}?host=${first}`
  const places = hosts.map((host, n) => `${host.includes(':') ? `[${host}]` : host}:${ports[n]}`)
  return `postgres://${who}${places.join(',')}/${name ?? ''}`
}

export function databaseUrl(value: string): DatabaseConfig {
  if (engineOf(value) === 'postgresql') {
    const server = postgresServer(value)
    if (server.role?.endsWith('standby'))
      throw new Error('asks with target_session_attrs for a standby: the site must be able to write')
    return { engine: 'postgresql', ...server }
  }
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

function scheme(value: string): string {
  return /^[a-z][a-z0-9+.-]*:/i.exec(value)?.[0] ?? value.slice(0, 20)
}
