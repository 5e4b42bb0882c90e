/** `db:migrate --adopt`: takes a database that db:push has made as if migrations had made it. */
import { type DatabaseConfig, publicDatabaseUrl } from '../config.ts'
import { MigrationRefused } from '../database/migrations/failures.ts'
import { type Migration, readMigrations } from '../database/migrations/files.ts'
import { withMigrations } from '../database/migrations/migrations.ts'
import { explainPush } from './generate/drizzle-kit.ts'
import { changesBetween, snapshotsAround } from './generate/snapshots.ts'

/** Records every migration, after comparing; runs those that change nothing of the schema, which push leaves out. */
export async function adopt(config: DatabaseConfig): Promise<void> {
  const url = publicDatabaseUrl(config)
  const migrations = await readMigrations(config.engine)
  const handwritten = new Set<Migration>()
  for (const migration of migrations) {
    const [before, after] = await snapshotsAround(config.engine, migration.name)
    if (changesBetween(before, after, []).length === 0) handwritten.add(migration)
  }
  await refuseDifferent(config)
  await withMigrations(config, connection =>
    connection.exclusively(async () => {
      if ((await connection.applied()).length > 0)
        throw new MigrationRefused(`${url} has a record of migrations already: npm run db:migrate`)
      for (const migration of migrations)
        await (handwritten.has(migration) ? connection.apply(migration) : connection.record(migration))
    }),
  )
  console.log(
    `Recorded ${migrations.length} migrations in ${url}. npm run search:rebuild indexes what it has.`,
  )
}

/** @throws MigrationRefused with the first statement that would make the database like the schema */
async function refuseDifferent(config: DatabaseConfig): Promise<void> {
  const response = await explainPush(config)
  if (response.status === 'no_changes') return
  const [first] = 'statements' in response ? (response.statements ?? []) : []
  const example = first === undefined ? '' : ` (${JSON.stringify(first)})`
  throw new MigrationRefused(
    `${publicDatabaseUrl(config)} differs from the schema${example}: npm run db:push makes them the same; nothing was recorded`,
  )
}
