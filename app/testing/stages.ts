import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import type { LaunchOptions } from 'playwright'
import { root } from '../config/root.ts'
import { filesRunBy } from './imports.ts'

/** How many tests ran, how they ended, and how long each file took. */
export interface Tally {
  passed: number
  failed: number
  skipped: number
  /** The tests that failed, with the cause, for the end of the run: their first mention is far above it. */
  failures: string[]
  milliseconds: Record<string, number>
}

/** What the stages run against. These are promises, because not every stage needs both. */
export interface TestEnvironment {
  postgresUrl: Promise<string>
  chromium: Promise<LaunchOptions>
}

/** One run of the test files that `files` names, from the project's folder. */
export interface Stage {
  name: string
  files: string
  /** Whether a file has something to prove here; each has by default. */
  concerns?(file: string): boolean
  /** Node's arguments and environment for a run that writes its results to the file `report`. */
  command(files: string[], report: string, environment: TestEnvironment): Promise<Command>
  tally(report: string, files: string[]): Tally
}

interface Command {
  args: string[]
  /** With DATABASE_URL, the databases that this stage copies are prepared there first. */
  env: { DATABASE_URL?: string; TEST_POSTGRES_URL: string } & Record<string, string>
}

/** In the order in which they run. */
export const STAGES: Stage[] = [
  { name: 'sqlite', files: 'app/**/*.test.ts', command: onSqlite, tally: tallyNodeTest },
  {
    name: 'postgres',
    files: 'app/**/*.test.ts',
    // A test that never asks for the engine has run on SQLite.
    concerns: file => filesRunBy(path.join(root, file)).has(path.join(root, 'app/database/engine.ts')),
    command: onPostgres,
    tally: tallyNodeTest,
  },
  { name: 'browser', files: 'e2e/journeys/**/*.spec.ts', command: inBrowser, tally: tallyPlaywright },
]

/** A test that needs PostgreSQL besides finds it in TEST_POSTGRES_URL, and fails without; the others can run. */
async function onSqlite(files: string[], report: string, environment: TestEnvironment): Promise<Command> {
  const url = await environment.postgresUrl.catch(() => '')
  return {
    args: await nodeTest(files, report),
    env: { DATABASE_URL: 'sqlite:.cache/test.db', TEST_POSTGRES_URL: url },
  }
}

async function onPostgres(files: string[], report: string, environment: TestEnvironment): Promise<Command> {
  const url = await environment.postgresUrl
  return { args: await nodeTest(files, report), env: { DATABASE_URL: url, TEST_POSTGRES_URL: url } }
}

async function inBrowser(files: string[], report: string, environment: TestEnvironment): Promise<Command> {
  const cli = fileURLToPath(new URL('cli.js', import.meta.resolve('playwright')))
  const env = {
    TEST_POSTGRES_URL: await environment.postgresUrl,
    CHROMIUM_LAUNCH: JSON.stringify(await environment.chromium),
    PLAYWRIGHT_JSON_OUTPUT_FILE: report,
  }
  return { args: [cli, 'test', '-c', 'e2e/playwright.config.ts', '--forbid-only', ...files], env }
}

/** Output for people, and a report for the tally. Three processes at a time keep two cores busy: tests wait, too. */
async function nodeTest(files: string[], report: string): Promise<string[]> {
  const printed = ['--test-reporter=spec', '--test-reporter-destination=stdout']
  const counted = ['--test-reporter=./app/testing/reporter.ts', `--test-reporter-destination=${report}`]
  const options = ['--test', '--test-concurrency=3', '--test-timeout=120000', ...printed, ...counted]
  const shared = files.filter(sharesProcess)
  const halves = [0, 1].map(half => shared.filter((_, index) => index % 2 === half))
  const programs = halves.map(async (half, index) => {
    const program = `${report}-${index}.test.mjs`
    await writeFile(program, half.map(file => `import '${path.join(root, file)}'\n`).join(''))
    return half.length > 0 ? [program] : []
  })
  return [...options, ...(await Promise.all(programs)).flat(), ...files.filter(file => !sharesProcess(file))]
}

/**
 * Loading the application takes longer than most test files: those that start no process of their own are run in two
 * processes. A hook outside of `describe` would be one for all of them.
 */
function sharesProcess(file: string): boolean {
  const place = path.join(root, file)
  const startsProcesses = filesRunBy(place).has(path.join(root, 'app/testing/process.ts'))
  return !startsProcesses && !/^(before|after)(Each)?\(/m.test(readFileSync(place, 'utf8'))
}

/** Node counts a file without a test as a test that passed, or not at all; here it has failed. */
function tallyNodeTest(report: string, files: string[]): Tally {
  const tally: Tally = JSON.parse(report)
  const empty = files.filter(file => tally.milliseconds[file] === undefined)
  const failures = [...tally.failures, ...empty.map(file => `${file} holds no test`)]
  return { ...tally, failed: Math.max(tally.failed, failures.length), failures }
}

/** What failed, and the first lines of why. */
export function describeFailure(test: string, why: string): string {
  const lines = stripVTControlCharacters(why).split('\n').filter(Boolean)
  return [test, ...lines.slice(0, 25).map(line => `    ${line}`)].join('\n')
}

type Suite = { file: string; suites?: Suite[]; specs: Spec[] }
type Spec = { file: string; title: string; ok: boolean; tests: { results: Attempt[] }[] }
type Attempt = { duration: number; errors: Failure[] }
type Failure = { message?: string }

function tallyPlaywright(report: string): Tally {
  const { stats, errors, suites } = JSON.parse(report)
  const tally: Tally = {
    passed: stats.expected,
    failed: stats.unexpected + stats.flaky + errors.length,
    skipped: stats.skipped,
    // What no journey is to blame for, such as a file that cannot be read.
    failures: (errors as Failure[]).map(({ message = '' }) =>
      describeFailure('outside of a journey', message),
    ),
    milliseconds: {},
  }
  for (const { file, title, ok, tests } of (suites as Suite[]).flatMap(specsOf)) {
    const attempts = tests.flatMap(({ results }) => results)
    const messages = attempts.flatMap(({ errors }) => errors.map(({ message = '' }) => message))
    if (!ok) tally.failures.push(describeFailure(`${file}: ${title}`, messages.join('\n')))
    for (const { duration } of attempts) tally.milliseconds[file] = (tally.milliseconds[file] ?? 0) + duration
  }
  return tally
}

function specsOf({ specs, suites = [] }: Suite): Spec[] {
  return [...specs, ...suites.flatMap(specsOf)]
}
