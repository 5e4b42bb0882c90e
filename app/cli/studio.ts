import { environment, readConfig } from '../config.ts'
import type { Command } from './command.ts'
import { runDrizzleKitInteractive } from './generate/drizzle-kit.ts'

const studio: Command = {
  usage: '[--port 4983] [--host 127.0.0.1]',
  summary: `Opens drizzle-kit's studio on the configured database.
The server is local; the page that talks to it comes from https://local.drizzle.studio.`,
  async run(args) {
    readConfig(environment)
    process.exitCode = await runDrizzleKitInteractive(['studio', ...args])
  },
}

export default studio
