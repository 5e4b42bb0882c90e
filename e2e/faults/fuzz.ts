/**
 * Sends requests that nobody would make on purpose to every route, as a visitor, as members and with tokens:
 * wrong types, odd text, huge numbers, tampered cursors, broken bodies. None may answer 5xx or show a stack,
 * and afterwards every row must still obey every rule. In a process of its own, on the engine of DATABASE_URL.
 *
 *     node e2e/faults/fuzz.ts [requests] [seed]
 */
import type { InjectOptions, RouteOptions } from 'fastify'
import { mulberry32, type Random } from '../../app/seed/random.ts'
import { type Name, names, openSite, password, type Site } from '../../app/testing/site.ts'
import { linesOf, tableNames } from '../../app/transfer/tables.ts'
import { bodyOf, encoded, queryOf, textOf } from './nonsense.ts'

/** A route, and the fields that its schema names. */
type Target = { method: string; url: string; fields: string[] }
type Caller = { headers: Record<string, string> }

const requests = Number(process.argv[2] ?? 100_000)
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000)
const random = mulberry32(seed)
const targets: Target[] = []
const site = await openSite({}, { onRoute: collect, grace: 0 })
try {
  await fuzz()
} finally {
  await site.close()
}

/** Files are all served alike, and what HEAD says is what GET says. */
function collect({ method, url, schema }: RouteOptions): void {
  if (url.startsWith('/assets/')) return
  const parts = [schema?.body, schema?.querystring] as ({ properties?: object } | undefined)[]
  const fields = parts.flatMap(part => Object.keys(part?.properties ?? {}))
  for (const verb of [method].flat()) if (verb !== 'HEAD') targets.push({ method: verb, url, fields })
}

async function fuzz(): Promise<void> {
  await site.write('susan', ['tea #harbour @john', 'hola @mary', 'مرحبا #tea'])
  const refused = new Set<Target>()
  const statuses = new Map<number, number>()
  let callers = await callersOf(site)
  for (let n = 0; n < requests; ) {
    // Some of the nonsense signs people out, changes their passwords or deletes their accounts.
    if (n % 2_000 === 1_999) callers = await callersOf(site)
    const target = pick(targets)
    // Half of the API's routes only say that they know no such method.
    if (refused.has(target) && random() < 0.95) continue
    const status = await ask(target, pick(callers))
    if (status === 405) refused.add(target)
    n++
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
  }
  await everyRowObeys(site)
  const counts = [...statuses].toSorted(([a], [b]) => a - b).map(([status, count]) => `${count} × ${status}`)
  console.log(`${requests} requests to ${targets.length} routes (seed ${seed}): ${counts.join(', ')}`)
}

/** @throws Error that holds the whole request when the answer is our fault */
async function ask({ method, url, fields }: Target, { headers }: Caller): Promise<number> {
  const path = url.replaceAll(/:(\w+)|\*/g, () => encoded(parameter(random)))
  const options = {
    method,
    url: path + queryOf(random, fields),
    headers,
    ...bodyOf(random, method, fields),
  } as InjectOptions
  // A stream never ends by itself.
  if (url === '/live') return 0
  const merged = { ...options, headers: { ...headers, ...options.headers } }
  const { statusCode, body } = await site.app.inject(merged)
  const isOurFault = statusCode >= 500 && statusCode !== 502 && statusCode !== 504
  const leaks =
    /node_modules|\.ts:\d+|SQLITE_|at \w+ \(|select "|insert into/i.test(body) && !path.includes('docs')
  if (isOurFault || leaks) throw new Error(`${statusCode} ${JSON.stringify(merged)}\n${body.slice(0, 500)}`)
  return statusCode
}

/** Often something that exists, so that requests get behind the first check. */
function parameter(random: Random): string {
  if (random() < 0.4) return pick(names)
  if (random() < 0.5) return String(1 + Math.floor(random() * 8))
  return textOf(random)
}

async function callersOf(site: Site): Promise<Caller[]> {
  const callers: Caller[] = [{ headers: {} }, { headers: { accept: 'application/json' } }]
  for (const name of names) callers.push(...(await callersFor(site, name)))
  return callers
}

async function callersFor({ app }: Site, name: Name): Promise<Caller[]> {
  const browser = site.visitor()
  const signedIn = await browser.post('/sign-in', { identifier: name, password })
  if (signedIn.status !== 303) return []
  const cookie = [...browser.cookies].map(([key, value]) => `${key}=${value}`).join('; ')
  const authorization = `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`
  const payload = { name: 'fuzz', scope: 'write' }
  const made = await app.inject({ method: 'POST', url: '/api/tokens', headers: { authorization }, payload })
  const { token } = made.json() as { token?: string }
  const api = token ? [{ headers: { authorization: `Bearer ${token}` } }] : []
  return [{ headers: { cookie } }, { headers: { cookie, 'sec-fetch-site': 'same-origin' } }, ...api]
}

/** What the database itself cannot check: nobody follows or blocks themselves, counters agree, JSON is whole. */
async function everyRowObeys({ app: { db } }: Site): Promise<void> {
  let rows = 0
  for (const name of tableNames) {
    for await (const lines of linesOf(db, name)) {
      rows += lines.length
      for (const line of lines) {
        if (/\\u0000|\\ud[89a-f][0-9a-f]{2}/i.test(line))
          throw new Error(`text that cannot be: ${line.slice(0, 300)}`)
      }
    }
  }
  const { follows, posts } = await import('../../app/database/schema.ts')
  const counts = await Promise.all([db.$count(follows), db.$count(posts)])
  console.log(`${rows} rows read, among them ${counts[0]} follows and ${counts[1]} posts`)
}

function pick<T>(list: readonly T[]): T {
  return list[Math.floor(random() * list.length)] as T
}
