import { environment, readConfig } from '../config.ts'
import type { Command } from './command.ts'
import { runDrizzleKitInteractive } from './generate/drizzle-kit.ts'

const push: Command = {
  usage: '[drizzle-kit options]',
  summary: `Changes the configured database to match the schema, without a migration: for trying things out.
It asks before rows would be lost, and leaves full-text tables alone. What others will run is a migration.`,
  async run(args) {
    readConfig(environment)
    process.exitCode = await runDrizzleKitInteractive(['push', ...args])
  },
}

export default push
