import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import postgres from 'postgres'
import { type DatabaseConfig, environment, readConfig } from '../config.ts'
import { engine } from '../database/engine.ts'
import { migrate, withMigrations } from '../database/migrations/migrations.ts'

export type TestDatabase = { url: string; config: DatabaseConfig; drop(): Promise<void> }

/** A database of the process's engine that only its asker knows, with nothing in it. */
export function emptyDatabase(): Promise<TestDatabase> {
  return engine === 'sqlite' ? emptyFile() : emptyPostgresDatabase(String(environment['DATABASE_URL']))
}

/** The same, migrated to the newest schema. */
export async function migratedDatabase(): Promise<TestDatabase> {
  const database = await emptyDatabase()
  await migrate(database.config)
  return database
}

/** Lets a database look as if code newer than this had migrated it. */
export async function migrateInTheFuture(config: DatabaseConfig): Promise<void> {
  const future = {
    name: '29990101000000_from_the_future',
    sql: 'select 1',
    down: null,
    hash: 'x',
    folderMillis: 0,
  }
  await withMigrations(config, connection => connection.exclusively(() => connection.apply(future)))
}

async function emptyFile(): Promise<TestDatabase> {
  const folder = await mkdtemp(path.join(tmpdir(), 'microblog-test-'))
  const url = `sqlite:${path.join(folder, 'test.db')}`
  return { url, config: databaseOf(url), drop: () => rm(folder, { recursive: true, force: true }) }
}

/** Made on the server that DATABASE_URL names, which the test command starts. */
export async function emptyPostgresDatabase(adminUrl: string): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`
  await administer(adminUrl, `create database ${name}`)
  const url = new URL(adminUrl)
  url.pathname = `/${name}`
  return {
    url: url.href,
    config: databaseOf(url.href),
    drop: () => administer(adminUrl, `drop database if exists ${name} with (force)`),
  }
}

async function administer(adminUrl: string, statement: string): Promise<void> {
  const client = postgres(adminUrl, { max: 1, onnotice: () => {} })
  try {
    await client.unsafe(statement)
  } finally {
    await client.end()
  }
}

function databaseOf(url: string): DatabaseConfig {
  return readConfig({ DATABASE_URL: url, SQLITE_SYNCHRONOUS: 'NORMAL' }).database
}
