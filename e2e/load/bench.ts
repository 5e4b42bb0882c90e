/**
 * `npm run bench`: how fast the real server answers, at a size where mistakes show. Each engine is filled
 * and measured in processes of its own, because the engine is a fact of a process.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Engine } from '../../app/config.ts'
import { startPostgres } from '../../app/testing/postgres.ts'
import { type Options, readOptions } from './options.ts'
import { type Run, tableOf } from './report.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'microblog-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1))

try {
  const options = readOptions(process.argv.slice(2))
  if (options) await bench(options)
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}

async function bench(options: Options): Promise<void> {
  const runs: Run[] = []
  const earlier = options.compare ? historyOf(options.compare).flatMap(({ runs }) => runs) : []
  for (const engine of options.engines) {
    const run = engine === 'sqlite' ? await benchSqlite(options) : await benchPostgres(options)
    console.log(
      tableOf(
        run,
        earlier.findLast(({ engine }) => engine === run.engine),
      ),
    )
    runs.push(run)
  }
  if (options.json) remember(options.json, { at: new Date().toISOString(), options, runs })
  const failed = runs.flatMap(({ rows }) => rows).some(row => row.failed > 0)
  if (failed) throw new Error('Some requests failed: the figures above are not to be trusted.')
}

type Entry = { at: string; options: Options; runs: Run[] }

function historyOf(file: string): Entry[] {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Entry[]) : []
}

function remember(file: string, entry: Entry): void {
  writeFileSync(file, `${JSON.stringify([...historyOf(file), entry], null, 2)}\n`)
}

/** Works on a copy of the kept file, so that it stays as it was filled. */
async function benchSqlite(options: Options): Promise<Run> {
  const file = path.join(folder, 'bench.db')
  const { keep, users, posts, follows } = options
  const kept = keep && path.resolve(keep, `bench-${users}-${posts}-${follows}.db`)
  if (kept && existsSync(kept)) copyFileSync(kept, file)
  else await runScript('fill.ts', `sqlite:${file}`, options)
  if (kept && !existsSync(kept)) keepCopy(file, kept)
  return runScript('measure.ts', `sqlite:${file}`, options)
}

function keepCopy(file: string, kept: string): void {
  mkdirSync(path.dirname(kept), { recursive: true })
  copyFileSync(file, kept)
}

/** A fresh server of the tests: without fsync, so its commits are cheaper than those of a real one. */
async function benchPostgres(options: Options): Promise<Run> {
  const server = await startPostgres()
  try {
    await runScript('fill.ts', server.url, options)
    return await runScript('measure.ts', server.url, options)
  } finally {
    await server.stop()
  }
}

/** Runs a script of this folder on a database and returns what it sends back. */
async function runScript(script: string, url: string, options: Options): Promise<Run> {
  const start = performance.now()
  const engine: Engine = url.startsWith('sqlite:') ? 'sqlite' : 'postgresql'
  console.error(`${engine}: ${script}`)
  const child = fork(path.join(import.meta.dirname, script), [JSON.stringify(options)], {
    env: { ...process.env, DATABASE_URL: url },
  })
  let answer: Run | undefined
  child.once('message', (run: Run) => {
    answer = run
    child.disconnect()
  })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`${script} on ${engine} ended with ${code}`)
  console.error(`${engine}: ${script} took ${((performance.now() - start) / 1000).toFixed(1)} s`)
  return answer as Run
}
