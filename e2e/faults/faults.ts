/**
 * `npm run faults`: everything that may go wrong goes wrong, on each engine, and nothing is lost by it. Each fault is
 * a program of its own, which says in one line a claim what held; this ends with 1 if anything did not.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { type Engine, environment } from '../../app/config.ts'
import { startPostgres } from '../../app/testing/postgres.ts'

const usage = `npm run faults -- [options]

  --engine NAME    sqlite, postgresql or both (default)
  --only NAME      one fault: kill, outage, disk, network, clock, backup, upgrade or fuzz
  --quick          as much of each as takes some seconds
  --rounds N       how often kill kills the server (200; 5 if quick)
  --requests N     how many requests fuzz makes (100000; 3000 if quick)
  --help           this text
`

/** What each does on which engines; the words of its command line after its name. */
type Fault = { name: string; engines: Engine[]; words(given: Given): string[] }
type Given = { quick: boolean; rounds: string | undefined; requests: string | undefined }

const both: Engine[] = ['sqlite', 'postgresql']
const quickly = ({ quick }: Given) => (quick ? ['--quick'] : [])
const faults: Fault[] = [
  {
    name: 'kill',
    engines: both,
    words: given => [...quickly(given), ...(given.rounds ? ['--rounds', given.rounds] : [])],
  },
  { name: 'outage', engines: ['postgresql'], words: quickly },
  { name: 'disk', engines: both, words: quickly },
  { name: 'network', engines: both, words: quickly },
  { name: 'clock', engines: both, words: quickly },
  { name: 'backup', engines: both, words: quickly },
  { name: 'upgrade', engines: both, words: quickly },
  {
    name: 'fuzz',
    engines: both,
    words: given => [...quickly(given), ...(given.requests ? ['--requests', given.requests] : [])],
  },
]

const text = { type: 'string' } as const
const { values } = parseArgs({
  options: {
    engine: { ...text, default: 'both' },
    only: text,
    rounds: text,
    requests: text,
    quick: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
// What a program that fails leaves behind goes with this folder.
const folder = mkdtempSync(path.join(tmpdir(), 'microblog-faults-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130))

if (values.help) console.log(usage)
else process.exitCode = await runFaults().catch(complain)

function complain(error: Error): number {
  console.error(error.message)
  return 2
}

async function runFaults(): Promise<number> {
  const engines = both.filter(engine => values.engine === 'both' || values.engine === engine)
  const chosen = faults.filter(({ name }) => values.only === undefined || values.only === name)
  if (engines.length === 0 || chosen.length === 0) throw new Error(usage)
  const failed: string[] = []
  for (const engine of engines) {
    const here = chosen.filter(({ engines }) => engines.includes(engine))
    if (here.length > 0) failed.push(...(await runOn(engine, here)))
  }
  console.log(failed.length === 0 ? '\nEverything held.' : `\nNot everything held: ${failed.join(', ')}.`)
  return failed.length === 0 ? 0 : 1
}

/** Returns what failed. PostgreSQL's server is durable: what it has committed outlives a crash of it. */
async function runOn(engine: Engine, chosen: Fault[]): Promise<string[]> {
  if (engine === 'sqlite') return runEach(engine, 'sqlite:.cache/faults.db', chosen)
  const server = await startPostgres(environment['TEST_POSTGRES_URL'], { durable: true })
  try {
    return await runEach(engine, server.url, chosen)
  } finally {
    await server.stop()
  }
}

async function runEach(engine: Engine, url: string, chosen: Fault[]): Promise<string[]> {
  const failed: string[] = []
  for (const fault of chosen) {
    console.log(`\n── ${fault.name} on ${engine} ──`)
    const start = performance.now()
    if (!(await succeeds(fault, url))) failed.push(`${fault.name} on ${engine}`)
    console.log(`(${((performance.now() - start) / 1000).toFixed(0)} s)`)
  }
  return failed
}

async function succeeds({ name, words }: Fault, url: string): Promise<boolean> {
  const script = path.join(import.meta.dirname, `${name}.ts`)
  const { quick, rounds, requests } = values
  const child = spawn(process.execPath, [script, ...words({ quick, rounds, requests })], {
    env: { ...process.env, DATABASE_URL: url, TMPDIR: folder },
    stdio: 'inherit',
    timeout: 120 * 60_000,
  })
  const kill = () => void child.kill('SIGTERM')
  process.once('exit', kill)
  const [code] = (await once(child, 'exit')) as [number | null]
  process.off('exit', kill)
  return code === 0
}
