import { existsSync } from 'node:fs'
import { type DatabaseConfig, type Engine, environment, publicDatabaseUrl, readConfig } from '../config.ts'
import { MigrationRefused } from '../database/migrations/failures.ts'
import { migrationStatus } from '../database/migrations/migrations.ts'
import type { Command } from './command.ts'
import { explainPush, type Response, refusalOf, runGenerate } from './generate/drizzle-kit.ts'

const engines: Engine[] = ['postgresql', 'sqlite']

const checkSchema: Command = {
  usage: '',
  summary: `Fails when the schema, the migrations and the configured database differ.
The schema is compared with the migrations of both engines, and with the database if there is one.`,
  async run() {
    const { database } = readConfig(environment)
    // First, because what cannot be reached says so at once; drizzle-kit takes its time.
    const drift = await driftOf(database)
    const drifting: string[] = []
    for (const engine of engines)
      if (differs(await runGenerate({ explain: true }, engine)))
        drifting.push(`the migrations of ${engine} are behind the schema: npm run db:generate`)
    if (drift) drifting.push(drift)
    if (drifting.length > 0) throw new MigrationRefused(drifting.join('\n'))
    console.log('The schema, the migrations of both engines and the database agree.')
  },
}

/** Whether a dry run would change anything. (`drizzle-kit check` exits 0 with drift.) */
function differs(response: Response): boolean {
  if (response.status === 'error') throw refusalOf(response)
  return response.status !== 'no_changes'
}

/** How the configured database differs; null if it agrees or does not exist yet. */
async function driftOf(database: DatabaseConfig): Promise<string | null> {
  if (database.engine === 'sqlite' && !existsSync(database.file)) return null
  const states = new Set((await migrationStatus(database)).map(({ state }) => state))
  const publicUrl = publicDatabaseUrl(database)
  if (states.has('unknown')) return `${publicUrl} was migrated by newer code`
  if (states.has('deleted')) return `${publicUrl} has migrations that were deleted since: npm run db:status`
  if (states.has('pending')) return `${publicUrl} has migrations pending: npm run db:migrate`
  if (states.has('edited')) return `${publicUrl} has migrations that were edited since: npm run db:status`
  return differs(await explainPush(database)) ? `${publicUrl} differs from what its migrations made` : null
}

export default checkSchema
