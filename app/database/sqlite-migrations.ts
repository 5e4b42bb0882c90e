import type Client from 'better-sqlite3'
import { DatabaseUnavailable } from './database.ts'
import { type Applied, type MigrationConnection, statementsOf } from './migrations.ts'
import { connect, isBusy, type SqliteConfig } from './sqlite.ts'

/**
 * Foreign keys are off while tables change: SQLite rebuilds a table by dropping it, and with them on the
 * rows that refer to it would go too. The pragma is ignored inside a transaction (drizzle-orm#5782), so it
 * is set outside, and `foreign_key_check` has the last word before each commit.
 */
export function sqliteMigrations(config: SqliteConfig): MigrationConnection {
  const client = connect(config)
  client.pragma('busy_timeout = 60000')
  client.pragma('foreign_keys = OFF')
  return {
    exclusively: async work => {
      begin(client)
      try {
        const result = await work()
        client.exec('COMMIT')
        return result
      } finally {
        if (client.inTransaction) client.exec('ROLLBACK')
      }
    },
    applied: async () => applied(client),
    apply: async migration => {
      change(client, statementsOf(migration.sql))
      client
        .prepare('insert into __drizzle_migrations (hash, created_at, name, applied_at) values (?, ?, ?, ?)')
        .run(migration.hash, migration.folderMillis, migration.name, new Date().toISOString())
    },
    revert: async migration => {
      change(client, statementsOf(migration.down as string))
      client.prepare('delete from __drizzle_migrations where name = ?').run(migration.name)
    },
    close: async () => void client.close(),
  }
}

/** One transaction holds the lock and all pending migrations: they succeed together or not at all. */
function begin(client: Client.Database): void {
  try {
    client.exec('BEGIN IMMEDIATE')
  } catch (error) {
    if (!isBusy(error)) throw error
    throw new DatabaseUnavailable('another process has been writing to the database for a minute', {
      cause: error,
    })
  }
}

function applied(client: Client.Database): Applied[] {
  client.exec(`create table if not exists __drizzle_migrations (
    id integer primary key, hash text not null, created_at numeric, name text, applied_at text)`)
  return client.prepare('select name, hash from __drizzle_migrations order by id').all() as Applied[]
}

function change(client: Client.Database, statements: string[]): void {
  for (const statement of statements) client.exec(statement)
  const broken = client.pragma('foreign_key_check') as { table: string }[]
  if (broken.length > 0)
    throw new Error(`this migration would leave rows of ${broken[0]?.table} without their parents`)
}
