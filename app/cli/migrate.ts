import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { UserError } from '../config/user-error.ts'
import { environment, publicDatabaseUrl, readConfig } from '../config.ts'
import { migrationStatus } from '../database/migrations/migrations.ts'
import { copyFile } from '../database/sqlite/file.ts'
import { seal } from '../database/sqlite/seal.ts'
import type { Command } from './command.ts'
import type { MigrateMessage } from './migrate-worker.ts'
import { timestampForFilename } from './transfer/files.ts'

const migrateCommand: Command = {
  usage: '[--to NAME] [--no-backup]',
  summary: `Applies the migrations that are pending, in order, all of them or none.
  --to NAME     stop after this one
  --no-backup   do not copy an existing SQLite file first
A missing SQLite file is created. The copy is put beside the file, and its name is printed.`,
  async run(args) {
    const options = { to: { type: 'string' }, 'no-backup': { type: 'boolean', default: false } } as const
    const { values } = parseArgs({ args, options })
    const { database } = readConfig(environment)
    const pending = (await migrationStatus(database)).some(({ state }) => state === 'pending')
    if (pending && !values['no-backup'] && database.engine === 'sqlite' && existsSync(database.file)) {
      const copy = `${database.file}.before-migration-${timestampForFilename()}`
      await copyFile(database.file, copy)
      await seal(copy)
      console.log(`Copied the database to ${copy}`)
    }
    const applied = await migrateInWorker(values.to)
    console.log(
      applied === 0 ? 'There is nothing to do.' : `Applied ${applied} to ${publicDatabaseUrl(database)}.`,
    )
  },
}

/** SQLite blocks the thread that uses it, so another thread migrates while this one reports progress. */
function migrateInWorker(to: string | undefined): Promise<number> {
  const worker = new Worker(new URL('./migrate-worker.ts', import.meta.url), { workerData: { to } })
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const start = Date.now()
  const ticker = setInterval(
    () => console.log(`  … still working after ${Math.round((Date.now() - start) / 1000)} s`),
    5_000,
  )
  worker.on('message', (message: MigrateMessage) => {
    if ('done' in message) console.log(`  ${message.done} (${message.milliseconds.toFixed(0)} ms)`)
    else if ('applied' in message) resolve(message.applied)
    else reject('refused' in message ? new UserError(message.refused) : new Error(message.failed))
  })
  worker.on('error', reject)
  return promise.finally(() => clearInterval(ticker))
}

export default migrateCommand
