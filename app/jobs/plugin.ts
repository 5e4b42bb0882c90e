import type { FastifyInstance } from 'fastify'
import plugin from 'fastify-plugin'
import { scheduleCleanup } from './cleanup.ts'
import { startWorker, type Worker, type WorkerOptions } from './worker.ts'

/** Works on jobs from the application's start to its end, beside whatever else it does. */
export default plugin(async (app: FastifyInstance, options: WorkerOptions) => {
  let worker: Worker | null = null
  app.addHook('onReady', async () => {
    await scheduleCleanup(app.db).catch(error =>
      app.log.warn({ err: error }, 'the cleaning was not scheduled'),
    )
    worker = startWorker(app, options)
  })
  // The jobs under way end while the requests do; both must have, before the database closes.
  app.addHook('preClose', async () => void worker?.stop())
  app.addHook('onClose', async () => worker?.stop())
})
