/** `npm run cli -- <command>`: the table of commands; each is one file of cli/. */
import { type Command, UsageError } from './cli/command.ts'
import { errorMessage } from './cli/error-messages.ts'

const commands: Record<string, () => Promise<{ default: Command }>> = {
  demo: () => import('./cli/demo.ts'),
  shell: () => import('./cli/shell.ts'),
  seed: () => import('./cli/seed.ts'),
  user: () => import('./cli/user.ts'),
  worker: () => import('./cli/worker.ts'),
  jobs: () => import('./cli/jobs.ts'),
  import: () => import('./cli/import.ts'),
  export: () => import('./cli/export.ts'),
  'search:rebuild': () => import('./cli/search.ts'),
  'media:check': () => import('./cli/media-check.ts'),
  'db:generate': () => import('./cli/generate.ts'),
  'db:migrate': () => import('./cli/migrate.ts'),
  'db:rollback': () => import('./cli/rollback.ts'),
  'db:status': () => import('./cli/status.ts'),
  'db:check': () => import('./cli/check-schema.ts'),
  'db:push': () => import('./cli/push.ts'),
  'db:studio': () => import('./cli/studio.ts'),
  'db:backup': () => import('./cli/backup.ts'),
  'db:verify': () => import('./cli/verify.ts'),
  'db:restore': () => import('./cli/restore.ts'),
  'db:copy': () => import('./cli/copy.ts'),
}

async function main([name, ...args]: string[]): Promise<void> {
  if (!name || name === 'help' || name === '--help') return listCommands()
  const load = commands[name]
  if (!load) throw new UsageError(`there is no command "${name}"; try: npm run cli -- help`)
  const { default: command } = await load()
  if (!args.includes('--help')) return command.run(args)
  console.log(`npm run cli -- ${name} ${command.usage}\n\n${command.summary}`)
}

async function listCommands(): Promise<void> {
  for (const [name, load] of Object.entries(commands)) {
    const { usage, summary } = (await load()).default
    console.log(`${name} ${usage}\n    ${summary.split('\n')[0]}`)
  }
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  console.error(errorMessage(error) ?? error)
  process.exitCode = 1
}
