import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, matchesGlob, relative, resolve } from 'node:path'
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
const FAILURE: Tally = { passed: 0, failed: 1, skipped: 0 }
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
  const all = globSync(stage.files, { cwd: ROOT }).sort()
  return patterns.length > 0 ? all.filter(isWanted) : all
}

async function runStages(stages: Chosen[]): Promise<Tally[]> {
  const group = await openProcessGroup('microblog-tests')
  const server = startPostgres(process.env.TEST_POSTGRES_URL)
  const needsBrowser = stages.some(stage => stage.name === 'browser')
  const chromium = needsBrowser
    ? findChromium(process.env.CHROMIUM_PATH)
    : Promise.reject(new Error('not wanted'))
  const environment = { postgresUrl: server.then(({ url }) => url), chromium }
  await Promise.allSettled(Object.values(environment))
  const tallies: Tally[] = []
  for (const stage of stages) tallies.push(await tallyStage(stage, environment, group))
  await Promise.allSettled([group.close(), server.then(({ stop }) => stop())])
  return tallies
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
  const code = await runNode(args, { ...env, NODE_ENV: 'test' }, group)
  const tally = stage.tally(await readFile(report, 'utf8'), stage.found)
  if (tally.passed + tally.failed === 0) throw new Error('no test ran')
  // What ended badly without a failed test to show for it.
  return code === 0 || tally.failed > 0 ? tally : { ...tally, failed: 1 }
}

/** The run and its temporary files are gone soon after us, however we end. */
async function runNode(
  args: string[],
  variables: Record<string, string>,
  group: ProcessGroup,
): Promise<number | null> {
  // Inside another test run, that variable would turn this one into a part of it.
  const env = { ...process.env, ...variables, TMPDIR: group.folder, NODE_TEST_CONTEXT: undefined }
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

function conclude(tallies: Tally[]): void {
  const sum = (key: 'passed' | 'failed' | 'skipped') =>
    tallies.reduce((total, tally) => total + tally[key], 0)
  const none = tallies.length === 0
  if (none) console.log('✖ no test file matches')
  const failed = none ? 1 : sum('failed')
  process.exitCode = interrupted ? 130 : failed > 0 ? 1 : 0
  const skipped = sum('skipped')
  for (const { failures = [] } of tallies) for (const failure of failures) console.log(`✖ ${failure}`)
  console.log(`\n${sum('passed')} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
}
