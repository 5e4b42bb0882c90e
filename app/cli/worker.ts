import { buildApp } from '../app.ts'
import { environment, readConfig } from '../config.ts'
import { migrate } from '../database/migrations/migrations.ts'
import { closeOnSignal } from '../http/graceful-shutdown.ts'
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
    // Nothing else keeps the process alive while there is no job.
    setInterval(() => {}, 2 ** 31 - 1)
    closeOnSignal(app)
    await app.ready()
    console.log('Waiting for jobs. Stop with Ctrl+C.')
  },
}

export default worker
