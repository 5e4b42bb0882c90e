import type { DatabaseConfig } from '../config.ts'
import type { Database, DatabaseOptions } from './database.ts'
import { engine } from './engine.ts'
import type { PostgresDatabase } from './postgres/database.ts'
import './postgres/driver-patch.ts'
import type { Replica } from './postgres/replica.ts'

export type { ReadPreference, Replica } from './postgres/replica.ts'

/**
 * Opens a database of the engine that this process was started for.
 * @throws Error when the configuration asks for the other engine: the tables cannot change theirs
 */
export async function openDatabase(config: DatabaseConfig, options: DatabaseOptions = {}): Promise<Database> {
  assertEngine(config)
  if (config.engine === 'sqlite') return (await import('./sqlite/database.ts')).openSqlite(config, options)
  return (await import('./postgres/database.ts')).openPostgres(config, options)
}

/** The read replica of an open database, if it has one: only http/replica.ts asks. */
export function replicaOf(db: Database): Replica | null {
  return (db as Partial<PostgresDatabase>).replica ?? null
}

export function assertEngine(config: DatabaseConfig): void {
  if (config.engine === engine) return
  throw new Error(
    `this process was started for ${engine}: set DATABASE_URL before it starts to use ${config.engine}`,
  )
}
