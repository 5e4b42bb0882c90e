import type { FastifyInstance } from 'fastify'
import plugin from 'fastify-plugin'
import { scheduleCleanup } from './cleanup.ts'
import { startWorker, type Worker, type WorkerOptions } from './worker.ts'

/** Runs a job worker inside the application. */
export default plugin(async (app: FastifyInstance, options: WorkerOptions) => {
  let worker: Worker | null = null
  app.addHook('onReady', async () => {
    await scheduleCleanup(app.db).catch(error =>
      app.log.warn({ err: error }, 'the cleanup was not scheduled'),
    )
    worker = startWorker(app, options)
  })
  // Jobs finish while requests do, and both before the database closes.
  app.addHook('preClose', async () => void worker?.stop())
  app.addHook('onClose', async () => worker?.stop())
})
