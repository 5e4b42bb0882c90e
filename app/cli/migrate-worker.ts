/** The thread in which `db:migrate` migrates; it reports each migration to the main thread. */
import { parentPort, workerData } from 'node:worker_threads'
import { environment, readConfig } from '../config.ts'
import type { Loss } from '../database/migrations/data-loss.ts'
import { DataLossRefused, MigrationFailed } from '../database/migrations/failures.ts'
import { migrate } from '../database/migrations/migrations.ts'
import { errorMessage } from './error-messages.ts'

export type MigrateRequest = { to: string | undefined; yes: boolean }
export type MigrateMessage =
  | { done: string; milliseconds: number }
  | { lost: string }
  | { applied: number }
  | { losses: Loss[] }
  | { statementFailed: string }
  | { refused: string }
  | { failed: string }

const report = (message: MigrateMessage) => parentPort?.postMessage(message)
try {
  const { to, yes } = workerData as MigrateRequest
  const { database } = readConfig(environment)
  const applied = await migrate(database, {
    to,
    onDone: (done, milliseconds) => report({ done, milliseconds }),
    accept: losses => {
      if (yes) for (const { description } of losses) report({ lost: description })
      return yes
    },
  })
  report({ applied: applied.length })
} catch (error) {
  const refused = errorMessage(error)
  if (error instanceof DataLossRefused) report({ losses: error.losses })
  else if (error instanceof MigrationFailed) report({ statementFailed: error.message })
  else report(refused ? { refused } : { failed: (error as Error).stack ?? String(error) })
}
