import { randomBytes } from 'node:crypto'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import postgres from 'postgres'
import { type DatabaseConfig, environment, readConfig } from '../config.ts'
import { engine } from '../database/engine.ts'
import { migrate, withMigrations } from '../database/migrations/migrations.ts'
import { addPeople } from './people.ts'

export type TestDatabase = { url: string; config: DatabaseConfig; drop(): Promise<void> }

/** What `npm test` prepares once for each engine, by what is in it: the URLs of two databases that are only copied. */
export type Templates = { migrated: string; people: string }

/** A test file that runs without `npm test` has none, and prepares each of its databases itself. */
const templates: Partial<Templates> = JSON.parse(process.env['TEST_TEMPLATES'] ?? '{}')

/** An empty database of the process's engine, for one test alone. */
export function emptyDatabase(): Promise<TestDatabase> {
  return newDatabase()
}

/** The same, migrated to the newest schema. */
export async function migratedDatabase(): Promise<TestDatabase> {
  const database = await newDatabase(templates.migrated)
  if (!templates.migrated) await migrate(database.config)
  return database
}

/** The same, with the accounts of susan, john, david and mary. */
export async function populatedDatabase(): Promise<TestDatabase> {
  const database = await newDatabase(templates.people)
  if (templates.people) return database
  await migrate(database.config)
  await addPeople(database.config)
  return database
}

/** A copy of a database that no process has open. */
export function copyOf(database: TestDatabase): Promise<TestDatabase> {
  return newDatabase(database.url)
}

function newDatabase(template?: string): Promise<TestDatabase> {
  if (engine === 'sqlite') return newFile(template)
  return emptyPostgresDatabase(String(environment['DATABASE_URL']), template)
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

async function newFile(template?: string): Promise<TestDatabase> {
  const folder = await mkdtemp(path.join(tmpdir(), 'microblog-test-'))
  const url = `sqlite:${path.join(folder, 'test.db')}`
  const config = databaseOf(url)
  if (template) await copyFile(template.replace('sqlite:', ''), path.join(folder, 'test.db'))
  return { url, config, drop: () => rm(folder, { recursive: true, force: true }) }
}

/** A database on the server of this URL, which the test command starts; empty, or a copy of `template`. */
export async function emptyPostgresDatabase(adminUrl: string, template?: string): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`
  // Copying files takes a third of the time of copying through the log.
  const source = template ? ` template ${new URL(template).pathname.slice(1)} strategy file_copy` : ''
  await administer(adminUrl, `create database ${name}${source}`)
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
