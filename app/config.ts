import { existsSync } from 'node:fs'
import { isIP } from 'node:net'
import path from 'node:path'
import process, { loadEnvFile } from 'node:process'
import { Refusal } from './refusal.ts'

/** The folder that holds package.json: relative database paths start here, wherever the command was typed. */
export const root = path.resolve(import.meta.dirname, '..')

export type Environment = Readonly<Record<string, string | undefined>>
export type Engine = 'sqlite' | 'postgresql'
export type DatabaseConfig =
  | { engine: 'sqlite'; file: string; synchronous: 'FULL' | 'NORMAL' }
  | ({ engine: 'postgresql'; replica?: PostgresServer } & PostgresServer)
type PostgresServer = { url: string; poolSize: number; poolRecycle: number | null }

export type Config = Readonly<{
  database: DatabaseConfig
  host: string
  port: number
  publicUrl: string
  siteName: string
  contact: string | null
  signUpOpen: boolean
  postMaxLength: number
  trustProxy: boolean | number | string[]
  /** Whether allowances are counted. */
  rateLimits: boolean
  logLevel: string
  mail: MailConfig | null
  /** Where mails come from. */
  mailFrom: string
  /** Whether this process works on jobs, besides answering requests. */
  worker: 'inside' | 'apart'
  translate: TranslateConfig | null
  /** Whether finished pages are remembered while nothing has been written. */
  pageCache: boolean
  /** Pages for developers are open. */
  development: boolean
}>

export type MailConfig = { url: string }
/** A service that speaks LibreTranslate's protocol. */
export type TranslateConfig = { url: string; key: string | null }

/** What is wrong with the environment, one sentence a variable. */
export class ConfigError extends Refusal {
  override readonly name = 'ConfigError'
  constructor(problems: string[]) {
    super(problems.join('\n'))
  }
}

/**
 * The variables, in the order of the README's table (a test compares the two).
 * `read` returns the value or throws an Error whose message completes "NAME …".
 */
export const variables = {
  DATABASE_URL: { default: 'sqlite:app.db', read: databaseUrl },
  DATABASE_REPLICA_URL: { default: '', read: replicaUrl },
  SQLITE_SYNCHRONOUS: { default: 'FULL', read: oneOf('FULL', 'NORMAL') },
  HOST: { default: 'localhost', read: (value: string) => value },
  PORT: { default: '3000', read: integer(0, 65_535) },
  PUBLIC_URL: { default: '', read: origin },
  SITE_NAME: { default: 'Microblog', read: textUpTo(60) },
  CONTACT: { default: '', read: contact },
  SIGN_UP: { default: 'open', read: oneOf('open', 'closed') },
  POST_MAX_LENGTH: { default: '140', read: integer(1, 1_000) },
  TRUST_PROXY: { default: 'false', read: trustProxy },
  RATE_LIMITS: { default: 'on', read: oneOf('on', 'off') },
  SMTP_URL: { default: '', read: smtpUrl },
  MAIL_FROM: { default: '', read: mailAddress },
  WORKER: { default: 'inside', read: oneOf('inside', 'apart') },
  TRANSLATE_URL: { default: '', read: serviceUrl },
  TRANSLATE_KEY: { default: '', read: textUpTo(200) },
  PAGE_CACHE: { default: 'on', read: oneOf('on', 'off') },
  NODE_ENV: { default: 'production', read: textUpTo(40) },
  LOG_LEVEL: { default: 'info', read: oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent') },
}

/**
 * Builds the frozen configuration.
 * @throws ConfigError that names every variable that cannot be used, all at once.
 */
export function readConfig(environment: Environment): Config {
  const problems: string[] = []
  const read: Read = (name, reader) => {
    try {
      return reader(environment[name]?.trim() || variables[name].default)
    } catch (error) {
      problems.push(`${name} ${(error as Error).message}`)
      return undefined
    }
  }
  const database = databaseOf(read)
  const port = read('PORT', variables.PORT.read)
  const publicUrl = read('PUBLIC_URL', variables.PUBLIC_URL.read) || `http://localhost:${port ?? 3000}`
  const smtp = read('SMTP_URL', variables.SMTP_URL.read)
  const translateUrl = read('TRANSLATE_URL', variables.TRANSLATE_URL.read)
  const translateKey = read('TRANSLATE_KEY', variables.TRANSLATE_KEY.read)
  const config = {
    database,
    host: read('HOST', variables.HOST.read),
    port,
    publicUrl,
    siteName: read('SITE_NAME', variables.SITE_NAME.read),
    contact: read('CONTACT', variables.CONTACT.read),
    signUpOpen: read('SIGN_UP', variables.SIGN_UP.read) === 'open',
    postMaxLength: read('POST_MAX_LENGTH', variables.POST_MAX_LENGTH.read),
    trustProxy: read('TRUST_PROXY', variables.TRUST_PROXY.read),
    rateLimits: read('RATE_LIMITS', variables.RATE_LIMITS.read) === 'on',
    logLevel: read('LOG_LEVEL', variables.LOG_LEVEL.read),
    mail: smtp ? { url: smtp } : null,
    mailFrom: read('MAIL_FROM', variables.MAIL_FROM.read) || `noreply@${new URL(publicUrl).hostname}`,
    worker: read('WORKER', variables.WORKER.read),
    translate: translateUrl ? { url: translateUrl, key: translateKey || null } : null,
    pageCache: read('PAGE_CACHE', variables.PAGE_CACHE.read) === 'on',
    development: read('NODE_ENV', variables.NODE_ENV.read) === 'development',
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return Object.freeze(config as Config)
}

type Read = <T>(name: keyof typeof variables, reader: (value: string) => T) => T | undefined

function databaseOf(read: Read): DatabaseConfig | undefined {
  const database = read('DATABASE_URL', variables.DATABASE_URL.read)
  const replica = read('DATABASE_REPLICA_URL', value => replicaUrl(value, database))
  const synchronous = read('SQLITE_SYNCHRONOUS', variables.SQLITE_SYNCHRONOUS.read) ?? 'FULL'
  if (database?.engine === 'sqlite') return { ...database, synchronous }
  return database && replica ? { ...database, replica } : database
}

/** The engine that a DATABASE_URL asks for; readConfig() is what refuses a URL that is neither. */
export function engineOf(url: string | undefined): Engine {
  return /^postgres(ql)?:/.test(url?.trim() ?? '') ? 'postgresql' : 'sqlite'
}

/** DATABASE_URL without its password, fit for a log or a prompt. */
export function publicDatabaseUrl(database: DatabaseConfig): string {
  if (database.engine === 'sqlite') {
    const fromRoot = path.relative(root, database.file)
    return `sqlite:${fromRoot.startsWith('..') ? database.file : fromRoot}`
  }
  return database.url.replace(/^([^:]+:\/\/[^:/@]*):[^@]*@/, '$1:***@')
}

function databaseUrl(value: string): DatabaseConfig {
  if (engineOf(value) === 'postgresql') return postgresUrl(value)
  const file = /^(?:sqlite|file):(?:\/\/(?=\/))?(?!\/\/)([^?#]+)$/.exec(value)?.[1]
  if (!file) throw new Error(`must be sqlite:path, file:path or postgres://…, not "${scheme(value)}"`)
  if (file.includes(':memory:')) {
    throw new Error('must name a file: a database in memory cannot be shared by its reader and its writer')
  }
  return { engine: 'sqlite', file: path.resolve(root, file), synchronous: 'FULL' }
}

/** Only PostgreSQL has replicas; null without one. */
function replicaUrl(value: string, database?: DatabaseConfig): PostgresServer | null {
  if (value === '') return null
  if (database?.engine === 'sqlite') throw new Error('needs a DATABASE_URL of PostgreSQL, too')
  if (engineOf(value) !== 'postgresql') throw new Error(`must be postgres://…, not "${scheme(value)}"`)
  return postgresServer(value)
}

function postgresUrl(value: string): DatabaseConfig {
  return { engine: 'postgresql', ...postgresServer(value) }
}

/** Our own pool settings are taken out: the server would refuse them as unknown parameters. */
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

function oneOf<const T extends string>(...choices: T[]) {
  return (value: string): T => {
    const found = choices.find(choice => choice.toLowerCase() === value.toLowerCase())
    if (!found) throw new Error(`must be one of ${choices.join(', ')}, not "${value}"`)
    return found
  }
}

function integer(least: number, most: number) {
  return (value: string): number => {
    const number = Number(value)
    if (/^\d+$/.test(value) && number >= least && number <= most) return number
    throw new Error(`must have a whole number from ${least} to ${most}, not "${value}"`)
  }
}

function textUpTo(most: number) {
  return (value: string): string => {
    if (value.length > most) throw new Error(`must be at most ${most} characters long`)
    return value
  }
}

function origin(value: string): string {
  if (value === '') return ''
  const url = URL.canParse(value) ? new URL(value) : null
  if (url && /^https?:$/.test(url.protocol) && url.pathname === '/' && !url.search) return url.origin
  throw new Error(`must be an origin like https://social.example.org, not "${value}"`)
}

function smtpUrl(value: string): string {
  const isOne = value === '' || (/^smtps?:\/\//.test(value) && URL.canParse(value) && new URL(value).hostname)
  if (isOne) return value
  throw new Error('must be like smtp://user:password@mail.example.org:587')
}

function mailAddress(value: string): string {
  if (value === '' || /^[^\s@]+@[^\s@]+$/.test(value)) return value
  throw new Error(`must be an e-mail address, not "${value}"`)
}

function serviceUrl(value: string): string {
  if (value === '') return value
  if (/^https?:\/\//.test(value) && URL.canParse(value)) return value.replace(/\/+$/, '')
  throw new Error(`must be a URL like https://translate.example.org, not "${value}"`)
}

function contact(value: string): string | null {
  if (value === '') return null
  if (/^https?:\/\/\S+$/.test(value) || /^[^\s@:]+@[^\s@]+$/.test(value)) return value
  throw new Error(`must be an e-mail address or a URL, not "${value}"`)
}

/** @see https://fastify.dev/docs/latest/Reference/Server/#trustproxy */
function trustProxy(value: string): boolean | number | string[] {
  if (value === 'true' || value === 'false') return value === 'true'
  if (/^\d+$/.test(value)) return Number(value)
  const addresses = value.split(',').map(part => part.trim())
  const named = ['loopback', 'linklocal', 'uniquelocal']
  const valid = addresses.every(part => named.includes(part) || isNetwork(part))
  if (valid) return addresses
  throw new Error(
    `must be true, false, a number of proxies, or addresses like 127.0.0.1,10.0.0.0/8, not "${value}"`,
  )
}

/** An IP address, with or without the length of a prefix. */
function isNetwork(text: string): boolean {
  const [address = '', prefix, more] = text.split('/')
  const bits = isIP(address) === 6 ? 128 : 32
  const isPrefix = prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits)
  return isIP(address) !== 0 && isPrefix && more === undefined
}

/** `.env` in the project's root fills in what the real environment does not say. */
function loadEnvironment(): Environment {
  const file = path.join(root, '.env')
  if (existsSync(file)) loadEnvFile(file)
  return process.env
}

export const environment: Environment = loadEnvironment()
