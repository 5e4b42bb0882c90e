import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { LaunchOptions } from 'playwright'
import { root } from '../config/root.ts'
import { filesRunBy } from './imports.ts'

/** How many tests ran, how they ended, and how long each file took. */
export interface Tally {
  passed: number
  failed: number
  skipped: number
  /** The tests that failed, for the end of the run: their first mention is far above it. */
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
  tally(report: string): Tally
}

interface Command {
  args: string[]
  /** With DATABASE_URL, the databases that this stage copies are prepared there first. */
  env: { DATABASE_URL?: string; TEST_POSTGRES_URL: string } & Record<string, string>
}

/** In the order in which they run. */
export const STAGES: Stage[] = [
  { name: 'sqlite', files: 'app/**/*.test.ts', command: onSqlite, tally: report => JSON.parse(report) },
  {
    name: 'postgres',
    files: 'app/**/*.test.ts',
    // A test that never asks for the engine has run on SQLite.
    concerns: file => filesRunBy(path.join(root, file)).has(path.join(root, 'app/database/engine.ts')),
    command: onPostgres,
    tally: report => JSON.parse(report),
  },
  { name: 'browser', files: 'e2e/journeys/**/*.spec.ts', command: inBrowser, tally: tallyPlaywright },
]

/** A test that needs PostgreSQL besides finds it in TEST_POSTGRES_URL, and fails without; the others can run. */
async function onSqlite(files: string[], report: string, environment: TestEnvironment): Promise<Command> {
  const url = await environment.postgresUrl.catch(() => '')
  return {
    args: nodeTest(files, report),
    env: { DATABASE_URL: 'sqlite:.cache/test.db', TEST_POSTGRES_URL: url },
  }
}

async function onPostgres(files: string[], report: string, environment: TestEnvironment): Promise<Command> {
  const url = await environment.postgresUrl
  return { args: nodeTest(files, report), env: { DATABASE_URL: url, TEST_POSTGRES_URL: url } }
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

/** Output for people, and a report for the tally. Two files at a time: Node would leave one core of two unused. */
function nodeTest(files: string[], report: string): string[] {
  const printed = ['--test-reporter=spec', '--test-reporter-destination=stdout']
  const counted = ['--test-reporter=./app/testing/reporter.ts', `--test-reporter-destination=${report}`]
  return ['--test', '--test-concurrency=2', '--test-timeout=120000', ...printed, ...counted, ...files]
}

type Suite = { file: string; suites?: Suite[]; specs: Spec[] }
type Spec = { file: string; title: string; ok: boolean; tests: { results: { duration: number }[] }[] }

function tallyPlaywright(report: string): Tally {
  const { stats, errors, suites } = JSON.parse(report)
  const tally: Tally = {
    passed: stats.expected,
    failed: stats.unexpected + stats.flaky + errors.length,
    skipped: stats.skipped,
    failures: [],
    milliseconds: {},
  }
  for (const { file, title, ok, tests } of (suites as Suite[]).flatMap(specsOf)) {
    if (!ok) tally.failures.push(`${file}: ${title}`)
    for (const { duration } of tests.flatMap(({ results }) => results))
      tally.milliseconds[file] = (tally.milliseconds[file] ?? 0) + duration
  }
  return tally
}

function specsOf({ specs, suites = [] }: Suite): Spec[] {
  return [...specs, ...suites.flatMap(specsOf)]
}
