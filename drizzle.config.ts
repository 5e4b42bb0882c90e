import { spawnSync } from 'node:child_process'
import path from 'node:path'
import process from 'node:process'

// What `npx drizzle-kit migrate` and `generate` mean here: the first, on SQLite, deletes the rows that refer to a table
// which it rebuilds (drizzle-orm#5782), and takes no lock; the second writes one engine's migration and no way back.
const commands: Record<string, string> = { migrate: 'db:migrate', generate: 'db:generate' }
const command = commands[String(process.argv[2])]

if (command) {
  console.log(`drizzle-kit ${process.argv[2]} is npm run ${command} here:`)
  const cli = path.join(import.meta.dirname, 'app/cli.ts')
  // The configuration is this one, whatever it is called.
  const options = process.argv
    .slice(3)
    .filter((word, at, words) => !word.startsWith('--config') && words[at - 1] !== '--config')
  const { status } = spawnSync(process.execPath, [cli, command, ...options], { stdio: 'inherit' })
  process.exit(status ?? 1)
}

export { default } from './app/cli/generate/drizzle-config.ts'
