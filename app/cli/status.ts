import { environment, publicDatabaseUrl, readConfig } from '../config.ts'
import { type MigrationStatus, migrationStatus } from '../database/migrations/migrations.ts'
import type { Command } from './command.ts'

const labels: Record<MigrationStatus['state'], string> = {
  applied: 'applied',
  edited: 'applied, and its migration.sql was edited since',
  pending: 'pending',
  deleted: 'applied, and deleted from drizzle/ since',
  unknown: 'applied, unknown to this code',
}

const status: Command = {
  usage: '',
  summary: 'Lists the migrations: applied, pending, edited since they were applied, or unknown to this code.',
  async run() {
    const { database } = readConfig(environment)
    const migrations = await migrationStatus(database)
    console.log(publicDatabaseUrl(database))
    for (const { name, state, appliedAt } of migrations) {
      const when = appliedAt ? ` ${appliedAt.toISOString().slice(0, 16).replace('T', ' ')}` : ''
      console.log(`  ${name}  ${labels[state]}${when}`)
    }
  },
}

export default status
