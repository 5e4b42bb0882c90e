import { type Config, environment, readConfig } from '../config.ts'
import { type Database } from '../database/database.ts'
import { migrate } from '../database/migrations/migrations.ts'
import { assertSchemaApplied } from '../database/migrations/schema-ahead.ts'
import { openDatabase } from '../database/open.ts'

/** Migrates and opens the configured database, runs `work` on it, and closes it. */
export async function withDatabase<T>(
  work: (db: Database, config: Config) => Promise<T>,
  open: typeof openDatabase = openDatabase,
): Promise<T> {
  const config = readConfig(environment)
  await migrate(config.database)
  await assertSchemaApplied(config.database)
  const db = await open(config.database)
  try {
    return await work(db, config)
  } finally {
    await db.close()
  }
}
