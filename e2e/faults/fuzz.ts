/**
 * Sends malformed and hostile requests to every route, several at a time, as a visitor, as members and
 * with tokens: wrong types, odd text, huge numbers, tampered cursors, broken bodies. None may answer 5xx or show a
 * stack, and afterwards every row must still obey every rule.
 *
 *     DATABASE_URL=… node e2e/faults/fuzz.ts [--quick] [--requests N] [--seed N]
 *
 * Jobs are worked on meanwhile. The same seed makes the same requests; what is answered also depends on who is first.
 */
import type { InjectOptions, RouteOptions } from 'fastify'
import { mulberry32, type Random } from '../../app/cli/seed/random.ts'
import { names, openSite, type Site } from '../../app/testing/site.ts'
import { auditIntegrity } from './audit.ts'
import { FuzzCallers } from './fuzz-callers.ts'
import { bodyOf, encoded, pick, queryOf, type Target, textOf } from './fuzz-inputs.ts'
import { claim, claimNone, runFault } from './program.ts'
import { auditRules } from './rules.ts'

/** The number of simultaneous requests, and of requests after which the rate limits are cleared. */
const atOnce = 16
const round = 500
/** What only the inside of the program says: its files, its SQL, its stacks. */
const leak = /node_modules|\.ts:\d+|SQLITE_|at \w+ \(|select "|insert into|postgres:\/\//i

type Tally = {
  targets: Target[]
  statuses: Map<number, number>
  /** Routes that have done as they were asked, and those that only say that there is no such method. */
  obeyed: Set<Target>
  without: Set<Target>
  failed: string[]
  leaked: string[]
  /** What the log says of errors. */
  said: string[]
}

await runFault(async ({ quick, requests, seed }) => {
  const count = requests ?? (quick ? 3_000 : 100_000)
  const from = seed ?? Date.now() % 1_000_000
  const targets: Target[] = []
  const said: string[] = []
  const logger = { level: 'error', stream: { write: (line: string) => void said.push(line) } }
  const onRoute = (route: RouteOptions) => collect(targets, route)
  const site = await openSite({}, { onRoute, shutdownTimeoutMs: 0, worker: {}, logger })
  await site.write('susan', ['tea #harbour @john', 'hola @mary', 'مرحبا #tea'])
  const tally: Tally = {
    targets,
    statuses: new Map(),
    obeyed: new Set(),
    without: new Set(),
    failed: [],
    leaked: [],
    said,
  }
  const start = performance.now()
  await fuzz(site, tally, { count, seed: from })
  claimAnswers(tally, `${count} requests, seed ${from}, ${Math.round((performance.now() - start) / 1_000)} s`)
  await auditRules(site)
  await auditIntegrity(site.config.database)
  await site.close()
})

/** Files are all served alike, what HEAD says is what GET says, and a stream never ends by itself. */
function collect(targets: Target[], { method, url, schema }: RouteOptions): void {
  if (url.startsWith('/assets/') || url === '/live') return
  const parts = [schema?.body, schema?.querystring] as ({ properties?: object } | undefined)[]
  const fields = parts.flatMap(part => Object.keys(part?.properties ?? {}))
  for (const verb of [method].flat()) if (verb !== 'HEAD') targets.push({ method: verb, url, fields })
}

async function fuzz(site: Site, tally: Tally, { count, seed }: { count: number; seed: number }) {
  const callers = new FuzzCallers(site)
  for (let begun = 0; begun < count; begun += round) {
    await callers.refresh()
    // Their texts are not looked at here, and would fill the memory.
    site.statements.length = 0
    const numbers = Array.from(
      { length: Math.min(round, count - begun) },
      (_, n) => seed + begun + n,
    ).values()
    const ask = async () => {
      for (const number of numbers) await askOnce(site, tally, requestOf(callers, tally, mulberry32(number)))
    }
    await Promise.all(Array.from({ length: atOnce }, ask))
    if ((begun + round) % 10_000 === 0) console.error(`${begun + round} of ${count}`)
  }
}

type Request = { target: Target; options: InjectOptions & { headers: Record<string, string> } }

function requestOf(callers: FuzzCallers, tally: Tally, random: Random): Request {
  const target = pickTarget(tally, random)
  const { method, url, fields } = target
  const path = url.replaceAll(/:(\w+)|\*/g, () => encoded(parameter(callers, random)))
  const { payload = '', headers } = bodyOf(random, target)
  const own = callers.callerOf(random, url.startsWith('/api'))
  const options = { method, url: path + queryOf(random, fields), headers: { ...own, ...headers } }
  return { target, options: payload === '' ? options : { ...options, payload } }
}

/** Some are asked less often: half of the API's only say that there is no such method, and passwords take long. */
function pickTarget(tally: Pick<Tally, 'targets' | 'without'>, random: Random): Target {
  const target = pick(tally.targets, random)
  const isSlow = target.fields.some(name => name.includes('password'))
  const skipped = tally.without.has(target) ? 0.95 : isSlow ? 0.6 : 0
  return random() < skipped ? pickTarget(tally, random) : target
}

/** Often something that exists, so that requests get behind the first check. */
function parameter(callers: FuzzCallers, random: Random): string {
  const kind = random()
  if (kind < 0.45) return pick([...names, ...callers.present], random)
  if (kind < 0.85) return String(1 + Math.floor(random() ** 3 * 400))
  return textOf(random)
}

async function askOnce({ app }: Site, tally: Tally, { target, options }: Request): Promise<void> {
  const answer = await app.inject(options).catch((error: Error) => error)
  if (answer instanceof Error) return void tally.failed.push(`${answer.message} ${JSON.stringify(options)}`)
  const { statusCode, body } = answer
  tally.statuses.set(statusCode, (tally.statuses.get(statusCode) ?? 0) + 1)
  if (statusCode < 400) tally.obeyed.add(target)
  if (statusCode === 405) tally.without.add(target)
  const described = `${statusCode} ${JSON.stringify(options).slice(0, 2_000)}\n${body.slice(0, 300)}`
  if (statusCode >= 500) tally.failed.push(described)
  if (leak.test(body) && !target.url.includes('docs')) tally.leaked.push(described)
}

function claimAnswers(tally: Tally, figures: string): void {
  const { targets, without, statuses, obeyed, failed, leaked, said } = tally
  const counts = [...statuses].toSorted(([a], [b]) => a - b).map(([status, count]) => `${count} × ${status}`)
  claimNone('no fuzzed request is answered with 5xx', failed, `${figures}: ${counts.join(', ')}`)
  claimNone('no answer shows a stack, a file or SQL', leaked)
  claimNone(
    'nothing broke that the log would know',
    said.map(line => line.slice(0, 1_500)),
  )
  const known = targets.length - without.size
  const some = `${obeyed.size} of ${known} routes did once or more as they were asked`
  claim('fuzzed requests get behind the first check', obeyed.size > known / 2, some)
}
