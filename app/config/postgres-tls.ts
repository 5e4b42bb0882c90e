/** The TLS parameters of a connection string, with the meaning that libpq gives them. */
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import path from 'node:path'
import type { ConnectionOptions, SecureVersion } from 'node:tls'
import { isLoopback } from './hosts.ts'
import { root } from './root.ts'
import { inside, oneOf } from './values.ts'

type Given = ReadonlyMap<string, string>
type Tls = false | 'prefer' | ConnectionOptions

/** An import would load TLS at every start, on SQLite, too. */
const tls = () => process.getBuiltinModule('node:tls')
const modes = ['disable', 'allow', 'prefer', 'require', 'no-verify', 'verify-ca', 'verify-full'] as const
type Mode = (typeof modes)[number]

/** Names of other drivers for a mode: node-postgres and JDBC say `ssl`, Prisma `sslaccept`. */
const otherNames = new Map<string, Mode>([
  ['true', 'require'],
  ['1', 'require'],
  ['false', 'disable'],
  ['0', 'disable'],
  ['strict', 'verify-full'],
  ['accept_invalid_certs', 'no-verify'],
])

export const tlsParameters = [
  'sslmode',
  'ssl',
  'sslaccept',
  'sslrootcert',
  'sslcert',
  'sslkey',
  'sslpassword',
  'sslcrl',
  'sslsni',
  'ssl_min_protocol_version',
  'ssl_max_protocol_version',
]

/**
 * Certificates are read here, once. Without a mode, TLS is used where the server offers it, but not on this machine.
 * @throws Error with a message that completes "DATABASE_URL …"
 */
export function tlsOf(given: Given, hosts: string[]): Tls {
  if (hosts.some(host => host.startsWith('/'))) return false
  const mode = modeOf(given) ?? (hosts.every(isLoopback) ? 'disable' : 'prefer')
  if (mode === 'disable') return false
  const certificate = clientCertificate(given)
  if ((mode === 'prefer' || mode === 'allow') && !certificate) return 'prefer'
  // A root certificate turns "require" into "verify-ca", as in libpq.
  const verifies = mode.startsWith('verify') || (mode === 'require' && given.has('sslrootcert'))
  const options = {
    rejectUnauthorized: verifies,
    ...certificate,
    ...authority(given),
    ...identity(given, hosts, mode === 'verify-full'),
    ...versions(given),
  }
  assertUsable(options)
  return options
}

function modeOf(given: Given): Mode | undefined {
  const mode = given.get('sslmode') ?? given.get('ssl') ?? given.get('sslaccept')
  if (given.get('sslrootcert') === 'system') return 'verify-full'
  if (mode === undefined) return undefined
  return otherNames.get(mode) ?? inside('sslmode', oneOf(...modes))(mode)
}

function clientCertificate(given: Given): ConnectionOptions | null {
  const { cert, key } = { cert: contentOf(given, 'sslcert'), key: contentOf(given, 'sslkey') }
  if (!cert && !key) return null
  if (!cert || !key) throw new Error('has one of sslcert and sslkey, which belong together')
  const passphrase = given.get('sslpassword')
  return { cert, key, ...(passphrase !== undefined && { passphrase }) }
}

/** Who is trusted: the file, "system" for the operating system's store, or those that Node brings with it. */
function authority(given: Given): ConnectionOptions {
  const [ca, crl] = [
    given.get('sslrootcert') === 'system'
      ? [...tls().rootCertificates, ...tls().getCACertificates('system')]
      : contentOf(given, 'sslrootcert'),
    contentOf(given, 'sslcrl'),
  ]
  return { ...(ca && { ca }), ...(crl && { crl }) }
}

/** With `hostaddr` an address is dialed, and the certificate is that of `host`. Node compares no addresses itself. */
function identity(given: Given, hosts: string[], isNameChecked: boolean): ConnectionOptions {
  const [name = '', ...more] = (given.has('hostaddr') && given.get('host')?.split(',')) || hosts
  // Of several hosts, the driver gives each one's name.
  const servername = more.length > 0 ? {} : { servername: isIP(name) ? '' : name }
  const sni = given.get('sslsni') === '0' ? { servername: '' } : servername
  if (!isNameChecked) return { ...sni, checkServerIdentity: () => undefined }
  if (more.length > 0) return sni
  return { ...sni, checkServerIdentity: (_host, certificate) => tls().checkServerIdentity(name, certificate) }
}

function versions(given: Given): ConnectionOptions {
  const version = (name: string) => {
    const value = given.get(name)
    if (value === undefined || /^TLSv1(\.[0-3])?$/.test(value)) return value as SecureVersion | undefined
    throw new Error(`has ${name}=${value}, which must be TLSv1.2 or TLSv1.3`)
  }
  const [minVersion, maxVersion] = [version('ssl_min_protocol_version'), version('ssl_max_protocol_version')]
  return { ...(minVersion && { minVersion }), ...(maxVersion && { maxVersion }) }
}

function contentOf(given: Given, name: string): Buffer | undefined {
  const file = given.get(name)
  if (file === undefined) return undefined
  try {
    return readFileSync(path.resolve(root, file))
  } catch (error) {
    throw new Error(`has ${name}=${file}, which cannot be read (${(error as NodeJS.ErrnoException).code})`, {
      cause: error,
    })
  }
}

/** A file that holds no certificate is refused at the start, not at the first connection. */
function assertUsable(options: ConnectionOptions): void {
  try {
    tls().createSecureContext(options)
  } catch (error) {
    throw new Error(`has sslrootcert, sslcert, sslkey or sslcrl of no use: ${(error as Error).message}`, {
      cause: error,
    })
  }
}
