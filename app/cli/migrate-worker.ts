/** The thread in which `db:migrate` migrates; it reports each migration to the main thread. */
import { parentPort, workerData } from 'node:worker_threads'
import { environment, readConfig } from '../config.ts'
import { migrate } from '../database/migrations/migrations.ts'
import { errorMessage } from './error-messages.ts'

export type MigrateMessage =
  | { done: string; milliseconds: number }
  | { applied: number }
  | { refused: string }
  | { failed: string }

const report = (message: MigrateMessage) => parentPort?.postMessage(message)
try {
  const { to } = workerData as { to?: string }
  const { database } = readConfig(environment)
  const applied = await migrate(database, {
    to,
    onDone: (done, milliseconds) => report({ done, milliseconds }),
  })
  report({ applied: applied.length })
} catch (error) {
  const refused = errorMessage(error)
  report(refused ? { refused } : { failed: (error as Error).stack ?? String(error) })
}
