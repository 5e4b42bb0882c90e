/** The thread of `db:migrate` that does the work and says what it has done. */
import { parentPort, workerData } from 'node:worker_threads'
import { environment, readConfig } from '../config.ts'
import { migrate } from '../database/migrations/migrations.ts'
import { errorMessage } from './error-messages.ts'

export type MigrateMessage =
  | { done: string; milliseconds: number }
  | { applied: number }
  | { refused: string }
  | { broken: string }

const tell = (message: MigrateMessage) => parentPort?.postMessage(message)
try {
  const { to } = workerData as { to?: string }
  const { database } = readConfig(environment)
  const applied = await migrate(database, {
    to,
    onDone: (done, milliseconds) => tell({ done, milliseconds }),
  })
  tell({ applied: applied.length })
} catch (error) {
  const refused = errorMessage(error)
  tell(refused ? { refused } : { broken: (error as Error).stack ?? String(error) })
}
