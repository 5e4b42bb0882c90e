/** The parameters of a connection string: what is understood, what is passed on, and what is left out or refused. */
import { tlsParameters } from './postgres-tls.ts'
import { inside, integer, oneOf } from './values.ts'

export type Parameters = {
  /** Connections at most. */
  poolSize: number
  /** Seconds until a connection is replaced; null: as the driver chooses. */
  poolRecycle: number | null
  /** Seconds. */
  connectTimeout: number
  /** TLS from the first byte, without asking the server before. */
  directTls: boolean
  /** Which of several servers to use. */
  role: 'primary' | 'standby' | 'prefer-standby' | null
  /** The session's run-time parameters on the server. */
  session: Record<string, string>
  /** Sentences about parameters that were left out. */
  notes: string[]
}

type Given = ReadonlyMap<string, string>

function namesOf(...lists: string[]): ReadonlySet<string> {
  return new Set(lists.join(' ').split(' '))
}

/** Read by postgres-url.ts and postgres-tls.ts, or below. */
const understood = namesOf(
  ...tlsParameters,
  'host hostaddr port user password dbname',
  'pool_size connection_limit max pool_recycle max_lifetime connect_timeout',
  'sslnegotiation target_session_attrs pgbouncer channel_binding',
  'application_name ApplicationName schema currentSchema',
)

/** Run-time parameters of the server that an owner may set. Those that the site sets itself are not among them. */
const ofTheServer = namesOf(
  'options search_path role client_min_messages jit synchronous_commit plan_cache_mode',
  'statement_timeout lock_timeout transaction_timeout idle_session_timeout',
  'idle_in_transaction_session_timeout work_mem maintenance_work_mem effective_cache_size',
  'random_page_cost seq_page_cost default_statistics_target max_parallel_workers_per_gather',
)

/** They tune another driver, or something that needs no tuning here. */
const ofOtherDrivers = namesOf(
  // libpq
  'keepalives keepalives_idle keepalives_interval keepalives_count tcp_user_timeout',
  'sslcompression fallback_application_name load_balance_hosts krbsrvname gsslib gssdelegation',
  'min_protocol_version max_protocol_version',
  // Prisma
  'pool_timeout socket_timeout statement_cache_size single_use_connections',
  'max_connection_lifetime max_idle_connection_lifetime',
  // node-postgres and postgres.js
  'uselibpqcompat encoding keepAlive binary query_timeout min idle_timeout max_pipeline',
  'connectionTimeoutMillis idleTimeoutMillis enableChannelBinding keep_alive prepare fetch_types',
  // SQLAlchemy, asyncpg, psycopg and Django
  'prepared_statement_cache_size command_timeout prepare_threshold executemany_mode async_fallback',
  'conn_max_age conn_health_checks disable_server_side_cursors',
  // Rails
  'pool reaping_frequency checkout_timeout prepared_statements adapter timeout min_messages',
  // Go
  'pool_max_conns pool_min_conns pool_max_conn_lifetime pool_max_conn_idle_time',
  'pool_health_check_period default_query_exec_mode statement_cache_capacity binary_parameters',
  // JDBC
  'prepareThreshold reWriteBatchedInserts loginTimeout socketTimeout connectTimeout',
  'tcpKeepAlive defaultRowFetchSize stringtype preferQueryMode',
  // Supabase and Vercel
  'supa workaround',
)

/** What other values of these ask for cannot be had. */
const acceptable = new Map([
  ['client_encoding', /^(utf-?8|unicode|auto)$/i],
  ['gssencmode', /^(disable|prefer)$/],
  ['sslcertmode', /^allow$/],
])

/** @throws Error with a message that completes "DATABASE_URL …" */
export function parametersOf(given: Given): Parameters {
  const ignored = [...given.keys()].filter(name => ofOtherDrivers.has(name))
  for (const [name, value] of given) if (!isAccepted(name, value)) throw refusal(name)
  const first = (...names: string[]) => names.map(name => given.get(name)).find(value => value !== undefined)
  const recycle = first('pool_recycle', 'max_lifetime')
  return {
    poolSize: inside('pool_size', integer(1, 500))(first('pool_size', 'connection_limit', 'max') ?? '10'),
    poolRecycle: recycle === undefined ? null : inside('pool_recycle', integer(1, 86_400))(recycle),
    connectTimeout: inside('connect_timeout', integer(0, 600))(given.get('connect_timeout') ?? '5'),
    directTls: negotiation(given.get('sslnegotiation') ?? 'postgres') === 'direct',
    role: roleOf(wantedRole(given.get('target_session_attrs') ?? 'any')),
    session: sessionOf(given),
    notes: notesOn(given, ignored),
  }
}

const negotiation = inside('sslnegotiation', oneOf('postgres', 'direct'))
const wantedRole = inside(
  'target_session_attrs',
  oneOf('any', 'read-write', 'primary', 'read-only', 'standby', 'prefer-standby'),
)

function isAccepted(name: string, value: string): boolean {
  const isKnown = [understood, ofTheServer, ofOtherDrivers].some(names => names.has(name))
  return isKnown || acceptable.get(name)?.test(value) === true
}

function refusal(name: string): Error {
  return new Error(
    acceptable.has(name)
      ? `asks with ${name} for what this site's driver cannot do: leave it out`
      : `has the parameter "${name}", which is not understood here: leave it out`,
  )
}

/** A pool that only reads would not pass as "read-write": what counts is whether the server is a standby. */
function roleOf(wanted: string): Parameters['role'] {
  if (wanted === 'read-write' || wanted === 'primary') return 'primary'
  if (wanted === 'read-only' || wanted === 'standby') return 'standby'
  return wanted === 'prefer-standby' ? wanted : null
}

function sessionOf(given: Given): Record<string, string> {
  const renamed: [string, string | undefined][] = [
    ['application_name', given.get('application_name') ?? given.get('ApplicationName')],
    ['search_path', given.get('schema') ?? given.get('currentSchema')],
  ]
  const passedOn = [...given].filter(([name]) => ofTheServer.has(name))
  return Object.fromEntries([...renamed.filter(([, value]) => value !== undefined), ...passedOn]) as Record<
    string,
    string
  >
}

function notesOn(given: Given, ignored: string[]): string[] {
  const notes = []
  if (ignored.length > 0) notes.push(`${ignored.join(', ')}: of no use here, and ignored`)
  if (given.get('pgbouncer') === 'true')
    notes.push('pgbouncer: the site needs the server itself, or a pooler in session mode')
  if (given.get('channel_binding') === 'require' && given.get('sslmode') !== 'verify-full')
    notes.push('channel_binding: not supported; sslmode=verify-full makes sure of the server instead')
  return notes
}
