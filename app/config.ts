import { isIP } from 'node:net'
import path from 'node:path'
import process from 'node:process'
import { type DatabaseConfig, databaseUrl, replicaUrl } from './config/database-url.ts'
import { readEnvFile } from './config/env-file.ts'
import { isLoopback, originAt } from './config/hosts.ts'
import { type MediaConfig, mediaUrl } from './config/media-url.ts'
import { root } from './config/root.ts'
import { UserError } from './config/user-error.ts'
import {
  contact,
  integer,
  mailAddress,
  maxLength,
  oneOf,
  origin,
  serviceUrl,
  smtpUrl,
  trustProxy,
} from './config/values.ts'

export { type DatabaseConfig, type Engine, engineOf, publicDatabaseUrl } from './config/database-url.ts'
export { isSocketFolder } from './config/postgres-url.ts'
export { root }

export type Environment = Readonly<Record<string, string | undefined>>

/** The invalid variables of the environment, one sentence each. */
export class ConfigError extends UserError {
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
  HOST: { default: 'localhost', read: (value: string) => value.replace(/^\[(.*)\]$/, '$1') },
  PORT: { default: '3000', read: integer(0, 65_535) },
  PUBLIC_URL: { default: '', read: origin },
  SITE_NAME: { default: 'Microblog', read: maxLength(60) },
  SITE_DESCRIPTION: { default: '', read: maxLength(200) },
  CONTACT: { default: '', read: contact },
  SIGN_UP: { default: 'open', read: oneOf('open', 'closed') },
  POST_MAX_LENGTH: { default: '140', read: integer(1, 1_000) },
  TRUST_PROXY: { default: 'false', read: trustProxy },
  RATE_LIMITS: { default: 'on', read: oneOf('on', 'off') },
  SMTP_URL: { default: '', read: smtpUrl },
  MAIL_FROM: { default: '', read: mailAddress },
  WORKER: { default: 'in-process', read: oneOf('in-process', 'external') },
  TRANSLATE_URL: { default: '', read: serviceUrl },
  TRANSLATE_KEY: { default: '', read: maxLength(200) },
  PAGE_CACHE: { default: 'on', read: oneOf('on', 'off') },
  MEDIA_URL: { default: '', read: mediaUrl },
  AWS_ACCESS_KEY_ID: { default: '', read: maxLength(200) },
  AWS_SECRET_ACCESS_KEY: { default: '', read: maxLength(200) },
  NODE_ENV: { default: 'production', read: maxLength(40) },
  LOG_LEVEL: { default: 'info', read: oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent') },
}

type Name = keyof typeof variables

/** Deprecated values, accepted for one more release with a warning. */
const formerValues: Partial<Record<Name, Record<string, string>>> = {
  WORKER: { inside: 'in-process', apart: 'external' },
}

type Values = { [Each in Name]: ReturnType<(typeof variables)[Each]['read']> }

export type Config = Readonly<ReturnType<typeof configOf>>
export type MailConfig = NonNullable<Config['mail']>
export type TranslateConfig = NonNullable<Config['translate']>

/** The configuration under the names that the code uses. */
function configOf(values: Values, warnings: string[]) {
  const publicUrl = values.PUBLIC_URL || originAt(values.HOST, values.PORT)
  return {
    database: databaseOf(values),
    host: values.HOST,
    port: values.PORT,
    publicUrl,
    /** Whether PUBLIC_URL says it, and not only HOST and PORT. */
    hasPublicUrl: values.PUBLIC_URL !== '',
    siteName: values.SITE_NAME,
    /** The owner's own sentence about the site; null: that of the locales. */
    siteDescription: values.SITE_DESCRIPTION || null,
    contact: values.CONTACT,
    signUpOpen: values.SIGN_UP === 'open',
    postMaxLength: values.POST_MAX_LENGTH,
    trustProxy: values.TRUST_PROXY,
    rateLimits: values.RATE_LIMITS === 'on',
    logLevel: values.LOG_LEVEL,
    mail: values.SMTP_URL ? { url: values.SMTP_URL } : null,
    mailFrom: values.MAIL_FROM || `noreply@${nameOf(publicUrl)}`,
    /** Whether jobs run in the web process too, or only in `npm run worker`. */
    worker: values.WORKER,
    /** A service that speaks LibreTranslate's protocol. */
    translate: values.TRANSLATE_URL ? { url: values.TRANSLATE_URL, key: values.TRANSLATE_KEY || null } : null,
    /** Where pictures are. */
    media: mediaOf(values),
    /** Whether rendered pages are cached. */
    pageCache: values.PAGE_CACHE === 'on',
    /** Whether pages for developers are served. */
    development: values.NODE_ENV === 'development',
    /** Deprecated settings, one sentence each, for the log. */
    warnings,
  }
}

/** An address is no name that a mail could come from. */
function nameOf(origin: string): string {
  const { hostname } = new URL(origin)
  return isIP(hostname.replace(/^\[|\]$/g, '')) ? 'localhost' : hostname
}

function databaseOf(values: Values): DatabaseConfig {
  const { DATABASE_URL: database, DATABASE_REPLICA_URL: replica } = values
  if (database.engine === 'sqlite') return { ...database, synchronous: values.SQLITE_SYNCHRONOUS }
  return replica ? { ...database, replica } : database
}

/** Without MEDIA_URL pictures are beside the SQLite file, or else in the project's folder. */
function mediaOf({ MEDIA_URL: media, DATABASE_URL: database, ...keys }: Values): MediaConfig {
  if (media.kind === 'bucket')
    return { ...media, accessKeyId: keys.AWS_ACCESS_KEY_ID, secretAccessKey: keys.AWS_SECRET_ACCESS_KEY }
  const beside = database.engine === 'sqlite' ? path.dirname(database.file) : root
  return { kind: 'folder', path: media.path ?? path.join(beside, 'media') }
}

/**
 * Builds the frozen configuration.
 * @throws ConfigError that lists every invalid variable
 */
export function readConfig(given: Environment): Config {
  const [problems, warnings]: [string[], string[]] = [[], []]
  const read = (name: Name): unknown => {
    const value = given[name]?.trim() || variables[name].default
    const current = formerValues[name]?.[value.toLowerCase()]
    if (current)
      warnings.push(`${name}=${value} is now ${name}=${current}; the old value goes with the next release`)
    try {
      return variables[name].read(current ?? value)
    } catch (error) {
      problems.push(`${name} ${(error as Error).message}`)
      return undefined
    }
  }
  const names = Object.keys(variables) as Name[]
  const values = Object.fromEntries(names.map(name => [name, read(name)])) as Partial<Values>
  problems.push(...contradictions(values))
  if (given === environment && envFileProblem) problems.unshift(envFileProblem)
  if (problems.length > 0) throw new ConfigError(problems)
  warnings.push(...warningsOn(values as Values))
  return Object.freeze(configOf(values as Values, warnings))
}

/** What one variable forbids another, one sentence each; the invalid ones are absent. */
function contradictions(values: Partial<Values>): string[] {
  const { DATABASE_REPLICA_URL: replica, DATABASE_URL: database, NODE_ENV, HOST = '', PUBLIC_URL } = values
  const found: string[] = []
  const { MEDIA_URL: media, AWS_ACCESS_KEY_ID: key, AWS_SECRET_ACCESS_KEY: secret } = values
  if (media?.kind === 'bucket' && !(key && secret))
    found.push('MEDIA_URL of a bucket needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, too')
  if (replica && database?.engine === 'sqlite')
    found.push('DATABASE_REPLICA_URL needs a DATABASE_URL of PostgreSQL, too')
  if (NODE_ENV !== 'development') return found
  const why = 'in development, because /dev/mail shows the secret links of all mails'
  if (!isLoopback(HOST))
    found.push(`HOST must be this machine alone, such as localhost, and not ${HOST}, ${why}`)
  if (PUBLIC_URL?.startsWith('https:')) found.push(`PUBLIC_URL must not be https ${why}`)
  return found
}

function warningsOn(values: Values): string[] {
  const found: string[] = []
  for (const name of ['DATABASE_URL', 'DATABASE_REPLICA_URL'] as const) {
    const server = values[name]
    if (server && 'notes' in server) found.push(...server.notes.map(note => `${name} has ${note}`))
  }
  if (values.NODE_ENV === 'development')
    found.push('NODE_ENV=development: whoever uses this machine can read all mails at /dev/mail')
  if (values.TRUST_PROXY === true)
    found.push(
      'TRUST_PROXY=true believes any X-Forwarded-For: name the address of the proxy, or let nothing else reach this port',
    )
  return found
}

let envFileProblem: string | null = null

/** The environment; `.env` in the project's root adds variables that are not set. readConfig() reports its problems. */
function loadEnvironment(): Environment {
  try {
    for (const [name, value] of Object.entries(readEnvFile(path.join(root, '.env'))))
      process.env[name] ??= value
  } catch (error) {
    envFileProblem = (error as Error).message
  }
  return process.env
}

export const environment: Environment = loadEnvironment()
