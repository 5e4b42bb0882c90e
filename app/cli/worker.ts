import closeWithGrace from 'close-with-grace'
import { buildApp } from '../app.ts'
import { environment, readConfig } from '../config.ts'
import { migrate } from '../database/migrations/migrations.ts'
import type { Command } from './command.ts'

const worker: Command = {
  usage: '',
  summary: `Works on jobs (emails, exports, cleanup) until it is stopped; run as many as you like.
With WORKER=external the web processes leave all of them to it.`,
  async run() {
    const config = readConfig(environment)
    await migrate(config.database)
    // The whole application without listening: jobs may need anything that a request needs.
    const app = await buildApp(config, { worker: {} })
    const keepAlive = setInterval(() => {}, 2 ** 31 - 1)
    closeWithGrace({ delay: 10_000, logger: false }, async ({ err }) => {
      if (err) app.log.fatal({ err }, 'stopping after an uncaught error')
      clearInterval(keepAlive)
      await app.close()
    })
    await app.ready()
    console.log('Waiting for jobs. Stop with Ctrl+C.')
  },
}

export default worker
