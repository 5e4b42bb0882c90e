/** A process of its own, on the engine of its DATABASE_URL: starts the server and drives every scenario. */
import { once } from 'node:events'
import postgres from 'postgres'
import { environment, readConfig } from '../../app/config.ts'
import { engine } from '../../app/database/engine.ts'
import { openDatabase } from '../../app/database/open.ts'
import { users } from '../../app/database/schema.ts'
import { hashToken, newToken } from '../../app/security/tokens.ts'
import { createSession } from '../../app/sessions/queries.ts'
import { startFlags } from '../../app/testing/process.ts'
import { createToken } from '../../app/tokens/queries.ts'
import { drive, fire, type Load } from './drive.ts'
import { driveMixed, type Mixed } from './mixed.ts'
import type { Options } from './options.ts'
import { fetchPage } from './page.ts'
import { castOf } from './population.ts'
import { memoryOf, type Server, type Site, siteOf, startServer } from './processes.ts'
import type { Measured, Run } from './report.ts'
import { type Cookies, type Scenario, scenariosFor } from './scenarios.ts'
import { countStatements } from './statements.ts'

const options: Options = JSON.parse(String(process.argv[2]))
process.on('disconnect', () => process.exit())
process.send?.(await measure())

async function measure(): Promise<Run> {
  const scenarios = scenariosFor(options, await signIn())
  const profiling = options.profile ? ['--cpu-prof', `--cpu-prof-dir=${options.profile}`] : []
  const statements = await countStatements(scenarios)
  const url = {
    DATABASE_URL: String(environment['DATABASE_URL']),
    LOG_LEVEL: 'warn',
    RATE_LIMITS: 'off',
    PAGE_CACHE: options.cache,
  }
  const servers = await startServers(url, [...startFlags(), ...profiling])
  const site = siteOf(...servers)
  const ceiling = await startServer('ceiling.ts')
  const rows: Measured[] = []
  for (const scenario of scenarios.filter(({ name }) => isWanted(name))) {
    console.error(`${engine}: ${scenario.name}`)
    const measured = await compare(scenario, site, ceiling)
    rows.push({ ...measured, statements: statements.get(scenario.name) ?? null })
  }
  const mixed = isWanted('mixed') ? await mix(site, scenarios) : null
  if (options.soak) await soak(site, scenarios)
  const memory = await memoryOf(...site.pids)
  await Promise.all([...servers, ceiling].map(server => server.stop()))
  return { engine, readyAfter: (servers[0] as Server).readyAfter, memory, rows, mixed }
}

function isWanted(name: string): boolean {
  return options.only.split(',').some(words => name.includes(words))
}

/** One after the other: the first of them finds the machine as a single one would. */
async function startServers(environment: Record<string, string>, flags: string[]): Promise<Server[]> {
  const servers: Server[] = []
  while (servers.length < options.processes)
    servers.push(await startServer('../../app/server.ts', environment, flags))
  return servers
}

function mix(site: Site, scenarios: Scenario[]): Promise<Mixed> {
  const named = (name: string) => scenarios.find(scenario => scenario.name === name) as Scenario
  return driveMixed(site, { home: named('home'), publish: named('publish') }, options.seconds)
}

/** Every page in turn, as many as were asked for: what a server holds on to shows in its memory. */
async function soak(site: Site, scenarios: Scenario[]): Promise<void> {
  const pages = scenarios.filter(({ status }) => status === 200)
  console.error(`${engine}: ${options.soak} requests more`)
  for (const scenario of pages)
    await fire(site, scenario, { ...options, amount: Math.ceil(options.soak / pages.length) })
}

/** A page beside its ceiling: the same bytes and headers from memory, driven alike. */
async function compare(
  scenario: Scenario,
  site: Site,
  ceiling: Server,
): Promise<Omit<Measured, 'statements'>> {
  const load: Load = { ...options, databasePids }
  const { name, asks } = scenario
  if (scenario.status !== 200)
    return { name, bytes: 0, ...(await drive(site, scenario, load)), ceiling: null }
  const page = await fetchPage(String(site.urls[0]), asks[0] as Scenario['asks'][0])
  if (page.status !== 200) throw new Error(`${name} answered ${page.status}`)
  const figures = await drive(site, scenario, load)
  ceiling.child.send(page)
  await once(ceiling.child, 'message')
  const limit = await drive(siteOf(ceiling), scenario, { ...load, databasePids: async () => [] })
  return { name, bytes: page.body.length, ...figures, ceiling: limit }
}

/** A session for everybody of the cast, as the sign-in page would make it, and a token for the API. */
async function signIn(): Promise<Cookies> {
  const { viewers, ...cast } = castOf(options.users)
  const followers = Object.entries(cast).flatMap(([name, person]) =>
    name.startsWith('follows') ? [person].flat() : [],
  )
  const db = await openDatabase(readConfig(environment).database)
  const ids = await db.select({ id: users.id }).from(users).orderBy(users.id)
  const tokens = new Map<number, string>()
  await db.transaction(async tx => {
    for (const person of [...viewers, ...followers]) {
      const token = newToken()
      tokens.set(person, token)
      const session = { tokenHash: hashToken(token), userId: ids[person]?.id as number, persistent: true }
      await createSession(tx, { ...session, userAgent: 'bench', label: '' }, new Date())
      const program = { userId: session.userId, tokenHash: session.tokenHash, name: 'bench' }
      await createToken(tx, { ...program, scope: 'read', expiresAt: null }, new Date())
    }
  })
  await db.close()
  const tokenOf = (person: number) => {
    const token = tokens.get(person)
    if (!token) throw new Error(`person ${person} has no session`)
    return token
  }
  return person => ({
    cookie: `session=${tokenOf(person)}`,
    authorization: `Bearer ${tokenOf(person)}`,
  })
}

/** The processes that serve our pool; none on SQLite, which works inside the server. */
async function databasePids(): Promise<number[]> {
  if (engine === 'sqlite') return []
  const client = postgres(String(environment['DATABASE_URL']), { max: 1 })
  const rows = await client`select pid from pg_stat_activity where application_name = 'microblog'`
  await client.end()
  return rows.map(({ pid }) => Number(pid))
}
