import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, matchesGlob, relative, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { findChromium } from './chromium.ts'
import { startPostgres } from './postgres.ts'
import { openProcessGroup, type ProcessGroup } from './process-group.ts'
import { STAGES, type Stage, type Tally, type TestEnvironment } from './stages.ts'

// What `npm test` runs: the tests on SQLite, the same on PostgreSQL, and the journeys in a browser.
//
//     node app/testing/run.ts [--only sqlite|postgres|browser]… [a file, a part of its path, or a pattern]…
//
// TEST_POSTGRES_URL names a server to use instead of starting one, CHROMIUM_PATH a browser.

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const FAILURE: Tally = { passed: 0, failed: 1, skipped: 0, failures: [], milliseconds: {} }
const TERMINATIONS = ['SIGINT', 'SIGTERM'] as const

let running: ChildProcess | undefined
let interrupted = false

for (const signal of TERMINATIONS) process.on(signal, interrupt)
const { values, positionals } = parseArgs({
  options: { only: { type: 'string', multiple: true } },
  allowPositionals: true,
})
conclude(await runStages(chooseStages(values.only, positionals)))

type Chosen = Stage & { found: string[] }

function chooseStages(names: string[] | undefined, patterns: string[]): Chosen[] {
  const known = STAGES.map(stage => stage.name)
  const unknown = names?.find(name => !known.includes(name))
  if (unknown) throw new Error(`--only ${unknown}: the stages are ${known.join(', ')}`)
  const named = STAGES.filter(stage => names?.includes(stage.name) ?? true)
  const chosen = named.map(stage => ({ ...stage, found: testFiles(stage, patterns) }))
  // With patterns, a stage without such a file is left out; without, it has lost its tests, which is a failure.
  return patterns.length > 0 ? chosen.filter(({ found }) => found.length > 0) : chosen
}

function testFiles(stage: Stage, patterns: string[]): string[] {
  const wanted = patterns.map(pattern => relative(ROOT, resolve(pattern)))
  const isWanted = (file: string) =>
    wanted.some(pattern => file.includes(pattern) || matchesGlob(file, pattern))
  const all = globSync(stage.files, { cwd: ROOT })
    .filter(stage.concerns ?? (() => true))
    .sort()
  return patterns.length > 0 ? all.filter(isWanted) : all
}

type Result = Tally & { stage: string; seconds: number }

async function runStages(stages: Chosen[]): Promise<Result[]> {
  const group = await openProcessGroup('microblog-tests')
  const server = startPostgres(process.env.TEST_POSTGRES_URL)
  const needsBrowser = stages.some(stage => stage.name === 'browser')
  const chromium = needsBrowser
    ? findChromium(process.env.CHROMIUM_PATH)
    : Promise.reject(new Error('not wanted'))
  const environment = { postgresUrl: server.then(({ url }) => url), chromium }
  await Promise.allSettled(Object.values(environment))
  const results: Result[] = []
  for (const stage of stages) {
    const begun = performance.now()
    const tally = await tallyStage(stage, environment, group)
    results.push({ ...tally, stage: stage.name, seconds: (performance.now() - begun) / 1000 })
  }
  await Promise.allSettled([group.close(), server.then(({ stop }) => stop())])
  return results
}

async function tallyStage(stage: Chosen, environment: TestEnvironment, group: ProcessGroup): Promise<Tally> {
  if (interrupted) return FAILURE
  console.log(`\n── ${stage.name}: ${stage.found.length} files ──\n`)
  try {
    return await runStage(stage, environment, group)
  } catch (error) {
    console.log(`✖ ${stage.name}: ${(error as Error).message}`)
    return FAILURE
  }
}

async function runStage(stage: Chosen, environment: TestEnvironment, group: ProcessGroup): Promise<Tally> {
  if (stage.found.length === 0) throw new Error(`there is no ${stage.files}`)
  const report = join(group.folder, `${stage.name}.report`)
  const { args, env } = await stage.command(stage.found, report, environment)
  const variables = {
    ...process.env,
    ...env,
    NODE_ENV: 'test',
    TMPDIR: group.folder,
    // TypeScript is compiled once a run, not once a process.
    NODE_COMPILE_CACHE: join(group.folder, 'compiled'),
    // Inside another test run, that variable would turn this one into a part of it.
    NODE_TEST_CONTEXT: undefined,
  }
  const templates = env.DATABASE_URL ? await prepareTemplates(variables) : undefined
  const code = await runNode(args, { ...variables, TEST_TEMPLATES: templates?.json }, group)
  await templates?.drop()
  const tally = stage.tally(await readFile(report, 'utf8'), stage.found)
  if (tally.passed + tally.failed === 0) throw new Error('no test ran')
  // What ended badly without a failed test to show for it.
  return code === 0 || tally.failed > 0 ? tally : { ...tally, failed: 1 }
}

/** Starts the process that makes the databases to be copied; it drops them when its input ends, as by our death. */
async function prepareTemplates(env: NodeJS.ProcessEnv): Promise<{ json: string; drop(): Promise<void> }> {
  const child = spawn(process.execPath, ['app/testing/prepare-templates.ts'], {
    cwd: ROOT,
    env,
    // So that Ctrl-C in the terminal does not end it before it has dropped them.
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const gone = once(child, 'exit')
  const [json] = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), gone])
  if (typeof json !== 'string') throw new Error('the test databases could not be prepared')
  return {
    json,
    drop: async () => {
      child.stdin.end()
      await gone
    },
  }
}

/** The run and its temporary files are gone soon after us, however we end. */
async function runNode(args: string[], env: NodeJS.ProcessEnv, group: ProcessGroup): Promise<number | null> {
  running = spawn(process.execPath, args, {
    cwd: ROOT,
    env,
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  group.track(running.pid ?? '')
  const [code] = await once(running, 'exit')
  group.track('')
  return code
}

/** Both test runners end their children and browsers on SIGINT; Playwright on no other signal. */
function interrupt(): void {
  interrupted = true
  running?.kill('SIGINT')
}

function conclude(results: Result[]): void {
  const sum = (key: 'passed' | 'failed' | 'skipped') =>
    results.reduce((total, result) => total + result[key], 0)
  const none = results.length === 0
  if (none) console.log('✖ no test file matches')
  const failed = none ? 1 : sum('failed')
  process.exitCode = interrupted ? 130 : failed > 0 ? 1 : 0
  for (const { failures, stage } of results)
    for (const failure of failures) console.log(`✖ ${stage}: ${failure}`)
  printTimes(results)
  const skipped = sum('skipped')
  console.log(`\n${sum('passed')} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
}

/** How long each stage took, and the files to look at first when that is too long. */
function printTimes(results: Result[]): void {
  const format = (seconds: number, what: string) =>
    console.log(`${seconds.toFixed(1).padStart(7)} s  ${what}`)
  console.log('\nStages:')
  for (const { seconds, stage } of results) format(seconds, stage)
  const files = results.flatMap(({ milliseconds, stage }) =>
    Object.entries(milliseconds).map(([file, ms]) => ({ seconds: ms / 1000, name: `${stage} ${file}` })),
  )
  console.log('\nSlowest files:')
  const slowest = files.toSorted((a, b) => b.seconds - a.seconds).slice(0, 10)
  for (const { seconds, name } of slowest) format(seconds, name)
}
