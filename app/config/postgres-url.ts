/** Parses a connection string of PostgreSQL, as libpq does, with what hosts and other drivers add to it. */
import type { ConnectionOptions } from 'node:tls'
import { type Parameters, parametersOf } from './postgres-parameters.ts'
import { tlsOf } from './postgres-tls.ts'

export type PostgresServer = Parameters & {
  /** The connection string as it was given. It holds the password. */
  url: string
  /** Host names, addresses, or one folder of a Unix socket. A further host is tried when one does not answer. */
  hosts: string[]
  /** The port of each host. */
  ports: number[]
  /** Unless given, the driver takes PGUSER or the name of the system's user. */
  user: string | undefined
  password: string | undefined
  /** Unless given, it is named like the user. */
  database: string | undefined
  /** False: no encryption. "prefer": if the server offers it, without checking its certificate. */
  tls: false | 'prefer' | ConnectionOptions
}

type Address = Pick<PostgresServer, 'hosts' | 'ports' | 'user' | 'password' | 'database'>

/** SQLAlchemy adds its driver's name to the scheme: postgresql+psycopg://. */
const scheme = /^postgres(?:ql)?(?:\+\w+)?:/i
const shape = /^[^:]+:\/\/([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/s

export function isPostgresUrl(value: string): boolean {
  return scheme.test(value)
}

/**
 * A `#` is an ordinary character, as in libpq, and so is a `%` that no two hexadecimal digits follow.
 * @throws Error with a message that completes "DATABASE_URL …", and never holds a part of the password
 */
export function postgresServer(url: string): PostgresServer {
  const [, authority, path = '', query = ''] = shape.exec(url) ?? []
  if (authority === undefined || path.includes('@')) throw notAnAddress()
  const given = new Map(
    query
      .split('&')
      .map(pair => /^([^=]*)=?(.*)$/s.exec(pair)?.slice(1).map(decode) as [string, string])
      .filter(([name, value]) => name !== '' && value !== ''),
  )
  const address = addressOf(authority, decode(path), given)
  return { url, ...address, tls: tlsOf(given, address.hosts), ...parametersOf(given) }
}

/** The parameters of the query, such as `host`, win over what stands before it, as in libpq. */
function addressOf(authority: string, path: string, given: Map<string, string>): Address {
  const at = authority.lastIndexOf('@')
  const [, user = '', password = ''] = /^([^:]*):?(.*)$/s.exec(authority.slice(0, Math.max(at, 0))) ?? []
  const named = authority
    .slice(at + 1)
    .split(',')
    .map(hostAndPort)
  const hosts =
    given.get('hostaddr')?.split(',') ?? given.get('host')?.split(',') ?? named.map(([host]) => host)
  if (hosts.some(host => host === '')) throw notAnAddress()
  if (hosts.length > 1 && hosts.some(isSocketFolder))
    throw new Error('names a Unix socket among several hosts: only one socket can be used')
  const ports = given.get('port')?.split(',') ?? named.map(([, port]) => port)
  const orNone = (text: string | undefined) => text || undefined
  return {
    hosts,
    ports: hosts.map((_host, n) => portOf(ports[n] ?? ports[0])),
    user: orNone(given.get('user') ?? decode(user)),
    password: orNone(given.get('password') ?? decode(password)),
    database: orNone(given.get('dbname') ?? path),
  }
}

/** `host`, `host:port`, `[::1]:port` or a percent-encoded folder. */
function hostAndPort(text: string): [host: string, port: string | undefined] {
  const [, address, host = '', port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(.*))?$/s.exec(text) ?? []
  return [address ?? decode(host), port || undefined]
}

function portOf(text = '5432'): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port
  throw notAnAddress()
}

export function isSocketFolder(host: string): boolean {
  return host.startsWith('/')
}

/** Runs of percent-encoded UTF-8; what is none stands for itself. */
function decode(text: string): string {
  return text.replaceAll(/(?:%[0-9a-f]{2})+/gi, run => {
    try {
      return decodeURIComponent(run)
    } catch {
      return run
    }
  })
}

function notAnAddress(): Error {
  return new Error(
    'is not like postgres://user:password@host:5432/database (write @ / ? and : in a password as %40 %2F %3F and %3A)',
  )
}
