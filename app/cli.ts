/** `npm run cli -- <command>`: the table of commands; each is one file of cli/. */
import { type Command, UsageError } from './cli/command.ts'
import { ConfigError } from './config.ts'
import { isUnavailable } from './database/database.ts'
import { SchemaTooNew } from './database/migrations.ts'

const commands: Record<string, () => Promise<{ default: Command }>> = {
  demo: () => import('./cli/demo.ts'),
  seed: () => import('./cli/seed.ts'),
  user: () => import('./cli/user.ts'),
  'db:check': () => import('./cli/check-schema.ts'),
}

async function main([name, ...words]: string[]): Promise<void> {
  if (!name || name === 'help' || name === '--help') return showCommands()
  const load = commands[name]
  if (!load) throw new UsageError(`there is no command "${name}"; try: npm run cli -- help`)
  const { default: command } = await load()
  if (!words.includes('--help')) return command.run(words)
  console.log(`npm run cli -- ${name} ${command.usage}\n\n${command.summary}`)
}

async function showCommands(): Promise<void> {
  for (const [name, load] of Object.entries(commands)) {
    const { usage, summary } = (await load()).default
    console.log(`${name} ${usage}\n    ${summary.split('\n')[0]}`)
  }
}

/** Troubles whose message says all that a person needs; the rest keep their stack. */
function isExpected(error: unknown): boolean {
  const { code } = Object(error) as { code?: unknown }
  const kinds = [UsageError, ConfigError, SchemaTooNew]
  return (
    kinds.some(kind => error instanceof kind) ||
    isUnavailable(error) ||
    String(code).startsWith('ERR_PARSE_ARGS')
  )
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  console.error(isExpected(error) ? (error as Error).message : error)
  process.exitCode = 1
}
