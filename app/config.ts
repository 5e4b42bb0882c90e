import { existsSync } from 'node:fs'
import path from 'node:path'
import process, { loadEnvFile } from 'node:process'
import { type DatabaseConfig, databaseUrl, replicaUrl } from './config/database-url.ts'
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
  HOST: { default: 'localhost', read: (value: string) => value },
  PORT: { default: '3000', read: integer(0, 65_535) },
  PUBLIC_URL: { default: '', read: origin },
  SITE_NAME: { default: 'Microblog', read: maxLength(60) },
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
  const publicUrl = values.PUBLIC_URL || `http://localhost:${values.PORT}`
  return {
    database: databaseOf(values),
    host: values.HOST,
    port: values.PORT,
    publicUrl,
    siteName: values.SITE_NAME,
    contact: values.CONTACT,
    signUpOpen: values.SIGN_UP === 'open',
    postMaxLength: values.POST_MAX_LENGTH,
    trustProxy: values.TRUST_PROXY,
    rateLimits: values.RATE_LIMITS === 'on',
    logLevel: values.LOG_LEVEL,
    mail: values.SMTP_URL ? { url: values.SMTP_URL } : null,
    mailFrom: values.MAIL_FROM || `noreply@${new URL(publicUrl).hostname}`,
    /** Whether jobs run in the web process too, or only in `npm run worker`. */
    worker: values.WORKER,
    /** A service that speaks LibreTranslate's protocol. */
    translate: values.TRANSLATE_URL ? { url: values.TRANSLATE_URL, key: values.TRANSLATE_KEY || null } : null,
    /** Whether rendered pages are cached. */
    pageCache: values.PAGE_CACHE === 'on',
    /** Whether pages for developers are served. */
    development: values.NODE_ENV === 'development',
    /** Deprecated settings, one sentence each, for the log. */
    warnings,
  }
}

function databaseOf(values: Values): DatabaseConfig {
  const { DATABASE_URL: database, DATABASE_REPLICA_URL: replica } = values
  if (database.engine === 'sqlite') return { ...database, synchronous: values.SQLITE_SYNCHRONOUS }
  return replica ? { ...database, replica } : database
}

/**
 * Builds the frozen configuration.
 * @throws ConfigError that lists every invalid variable
 */
export function readConfig(environment: Environment): Config {
  const [problems, warnings]: [string[], string[]] = [[], []]
  const read = (name: Name): unknown => {
    const given = environment[name]?.trim() || variables[name].default
    const current = formerValues[name]?.[given.toLowerCase()]
    if (current)
      warnings.push(`${name}=${given} is now ${name}=${current}; the old value goes with the next release`)
    try {
      return variables[name].read(current ?? given)
    } catch (error) {
      problems.push(`${name} ${(error as Error).message}`)
      return undefined
    }
  }
  const names = Object.keys(variables) as Name[]
  const values = Object.fromEntries(names.map(name => [name, read(name)])) as Partial<Values>
  if (values.DATABASE_REPLICA_URL && values.DATABASE_URL?.engine === 'sqlite')
    problems.push('DATABASE_REPLICA_URL needs a DATABASE_URL of PostgreSQL, too')
  if (problems.length > 0) throw new ConfigError(problems)
  for (const name of ['DATABASE_URL', 'DATABASE_REPLICA_URL'] as const) {
    const server = values[name]
    if (server && 'notes' in server) warnings.push(...server.notes.map(note => `${name} has ${note}`))
  }
  return Object.freeze(configOf(values as Values, warnings))
}

/** The environment; `.env` in the project's root adds variables that are not set. */
function loadEnvironment(): Environment {
  const file = path.join(root, '.env')
  if (existsSync(file)) loadEnvFile(file)
  return process.env
}

export const environment: Environment = loadEnvironment()
