import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { UserError } from '../config/user-error.ts'
import { type DatabaseConfig, environment, publicDatabaseUrl, readConfig } from '../config.ts'
import { DataLossRefused, MigrationFailed } from '../database/migrations/failures.ts'
import { migrationStatus } from '../database/migrations/migrations.ts'
import { assertSchemaApplied } from '../database/migrations/schema-ahead.ts'
import { copyFile } from '../database/sqlite/file.ts'
import { seal } from '../database/sqlite/seal.ts'
import { adopt } from './adopt.ts'
import { askYesOrNo, isAtTerminal } from './ask.ts'
import type { Command } from './command.ts'
import type { MigrateMessage, MigrateRequest } from './migrate-worker.ts'
import { timestampForFilename } from './transfer/files.ts'

const migrateCommand: Command = {
  usage: '[--to NAME] [--no-backup] [--yes] [--adopt]',
  summary: `Applies the migrations that are pending, in order, all of them or none.
  --to NAME     stop after this one
  --no-backup   do not copy an existing SQLite file first
  --yes         continue although values will be lost
  --adopt       take a database that db:push has made: compare it with the schema, and record the migrations
A missing SQLite file is created. The copy is put beside the file, and its name is printed.`,
  async run(args) {
    const options = {
      to: { type: 'string' },
      'no-backup': { type: 'boolean', default: false },
      yes: { type: 'boolean', default: false },
      adopt: { type: 'boolean', default: false },
    } as const
    const { values } = parseArgs({ args, options })
    const { database } = readConfig(environment)
    if (values.adopt) return adopt(database)
    const copy = values['no-backup'] ? null : await copyBeforeMigrating(database)
    const applied = await migrateOrAsk({ to: values.to, yes: values.yes }).catch(error => {
      throw copy && error instanceof MigrationFailed
        ? new UserError(`${error.message}. The copy is ${copy}`)
        : error
    })
    console.log(
      applied === 0 ? 'There is nothing to do.' : `Applied ${applied} to ${publicDatabaseUrl(database)}.`,
    )
    if (values.to === undefined) await assertSchemaApplied(database)
  },
}

/** Returns the file's copy; null if nothing is pending or there is no file. */
async function copyBeforeMigrating(database: DatabaseConfig): Promise<string | null> {
  const pending = (await migrationStatus(database)).some(({ state }) => state === 'pending')
  if (!pending || database.engine !== 'sqlite' || !existsSync(database.file)) return null
  const copy = `${database.file}.before-migration-${timestampForFilename()}`
  await copyFile(database.file, copy)
  await seal(copy)
  console.log(`Copied the database to ${copy}`)
  return copy
}

/** A person is asked whether the values may go; a script says --yes. */
async function migrateOrAsk(request: MigrateRequest): Promise<number> {
  try {
    return await migrateInWorker(request)
  } catch (error) {
    if (!(error instanceof DataLossRefused)) throw error
    if (!isAtTerminal()) throw new UserError(`${error.message}; npm run db:migrate -- --yes applies it`)
    const lost = error.losses.map(({ description }) => description).join(', ')
    if (!(await askYesOrNo(`This will lose ${lost}. Continue?`))) throw error
    return migrateInWorker({ ...request, yes: true })
  }
}

/** SQLite blocks the thread that uses it, so another thread migrates while this one reports progress. */
function migrateInWorker(request: MigrateRequest): Promise<number> {
  const worker = new Worker(new URL('./migrate-worker.ts', import.meta.url), { workerData: request })
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const start = Date.now()
  const ticker = setInterval(
    () => console.log(`  … still working after ${Math.round((Date.now() - start) / 1000)} s`),
    5_000,
  )
  worker.on('message', (message: MigrateMessage) => {
    if ('done' in message) console.log(`  ${message.done} (${message.milliseconds.toFixed(0)} ms)`)
    else if ('lost' in message) console.log(`  Lost ${message.lost}`)
    else if ('applied' in message) resolve(message.applied)
    else reject(errorOf(message))
  })
  worker.on('error', reject)
  return promise.finally(() => clearInterval(ticker))
}

/** Errors lose their class on the way from the worker. */
function errorOf(
  message: Exclude<MigrateMessage, { done: string } | { lost: string } | { applied: number }>,
) {
  if ('losses' in message) return new DataLossRefused(message.losses)
  if ('refused' in message) return new UserError(message.refused)
  return 'statementFailed' in message
    ? new MigrationFailed(message.statementFailed)
    : new Error(message.failed)
}

export default migrateCommand
