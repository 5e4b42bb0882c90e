import { fileURLToPath } from 'node:url'
import type { LaunchOptions } from 'playwright'

/** How many tests ran, and how they ended. */
export interface Tally {
  passed: number
  failed: number
  skipped: number
  /** What to say once more at the very end, far below where it was first said. */
  failures?: string[]
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
  /** Node's arguments and environment for a run that writes its results to the file `report`. */
  command(files: string[], report: string, environment: TestEnvironment): Promise<Command>
  tally(report: string, files: string[]): Tally
}

interface Command {
  args: string[]
  env: Record<string, string>
}

/** In the order in which they run. */
export const STAGES: Stage[] = [
  { name: 'sqlite', files: 'app/**/*.test.ts', command: onSqlite, tally: tallyNodeTest },
  { name: 'postgres', files: 'app/**/*.test.ts', command: onPostgres, tally: tallyNodeTest },
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

/** Words for people, and TAP for the tally. Two at a time, for Node would leave one core of two unused. */
function nodeTest(files: string[], report: string): string[] {
  const spoken = ['--test-reporter=spec', '--test-reporter-destination=stdout']
  const counted = ['--test-reporter=tap', `--test-reporter-destination=${report}`]
  return ['--test', '--test-concurrency=2', '--test-timeout=120000', ...spoken, ...counted, ...files]
}

/** Node counts a file without a test as a test that passed; here it has failed. */
function tallyNodeTest(report: string, files: string[]): Tally {
  const lines = report.split('\n')
  const count = (what: string) =>
    Number(lines.findLast(line => line.startsWith(`# ${what} `))?.split(' ')[2] ?? 0)
  const results = new Set(lines.map(line => line.replace(/^ok \d+ - /, '')))
  const empty = files.filter(file => results.has(file))
  for (const file of empty) console.log(`✖ ${file} holds no test`)
  return {
    passed: count('pass') - empty.length,
    failed: count('fail') + count('cancelled') + empty.length,
    skipped: count('skipped') + count('todo'),
    failures: lines.flatMap(line => /^\s*not ok \d+ - (.+)/.exec(line)?.[1] ?? []),
  }
}

function tallyPlaywright(report: string): Tally {
  const { stats, errors } = JSON.parse(report)
  return {
    passed: stats.expected,
    failed: stats.unexpected + stats.flaky + errors.length,
    skipped: stats.skipped,
  }
}
