/**
 * A whole database as text that both engines write and read alike, a JSON value a line:
 *
 *     {"format":"microblog","version":1,"schema":"create_password_resets","engine":"sqlite","made":"2026-…Z"}
 *     {"table":"users","row":{"id":1,"username":"susan",…}}      every row of every table, parents first
 *     {"tables":{"users":{"rows":36,"sha256":"…"},…},"lastIds":{"users":36,…}}
 *     {"sha256":"…"}                                             of all bytes before this line
 *
 * A table's digest is that of its lines, which are the same whichever engine wrote them: columns in the
 * schema's order, rows in the order of their keys, times as ISO 8601, the keys of JSON values sorted.
 */
import { createHash, type Hash } from 'node:crypto'
import { UserError } from '../../config/user-error.ts'
import type { DatabaseConfig } from '../../config.ts'
import { lastId } from '../../database/consistent-read.ts'
import type { Reader } from '../../database/database.ts'
import { readMigrations } from '../../database/migrations/files.ts'
import { migrationStatus } from '../../database/migrations/migrations.ts'
import { linesOf, numbered, type TableName, tableNames } from './tables.ts'

export type Digest = { rows: number; sha256: string }
export type Digests = Record<string, Digest>
export type Header = { format: 'microblog'; version: 1; schema: string; engine: string; made: string }
export type Trailer = { tables: Digests; lastIds: Record<string, number> }
export type Counted = Record<TableName, { rows: number; hash: Hash }>

/**
 * The header of a backup of this database.
 * @throws UserError unless it has exactly the migrations that this code knows
 */
export async function headerOf(config: DatabaseConfig): Promise<Header> {
  const status = await migrationStatus(config)
  const unknown = status.find(({ state }) => state === 'unknown')
  if (unknown)
    throw new UserError(
      `the database is newer than this code, which does not know ${unknown.name}: update the code`,
    )
  if (status.some(({ state }) => state === 'pending'))
    throw new UserError('the database lacks the newest migrations: npm run db:migrate applies them')
  const schema = await newestSchema(config)
  return { format: 'microblog', version: 1, schema, engine: config.engine, made: new Date().toISOString() }
}

/** The newest migration's name: the two engines have the same ones. */
export async function newestSchema({ engine }: DatabaseConfig): Promise<string> {
  return (await readMigrations(engine)).at(-1)?.name ?? ''
}

/** The text of a database; `onEnd` is told the digests of its tables. */
export async function* portableText(
  db: Reader,
  header: Header,
  onEnd: (tables: Digests) => void = () => {},
): AsyncGenerator<string> {
  const whole = createHash('sha256')
  const sealed = (text: string) => (whole.update(text), text)
  yield sealed(`${JSON.stringify(header)}\n`)
  const counted = countedTables()
  for (const name of tableNames)
    for await (const lines of linesOf(db, name)) yield sealed(count(counted[name], lines))
  const tables = digestsOf(counted)
  yield sealed(`${JSON.stringify({ tables, lastIds: await lastIds(db) })}\n`)
  yield `${JSON.stringify({ sha256: whole.digest('hex') })}\n`
  onEnd(tables)
}

async function lastIds(db: Reader): Promise<Record<string, number>> {
  const last: Record<string, number> = {}
  for (const name of numbered) last[name] = await lastId(db, name)
  return last
}

/** The digests of a database's tables. */
export async function digestTables(db: Reader): Promise<Digests> {
  const counted = countedTables()
  for (const name of tableNames) for await (const lines of linesOf(db, name)) count(counted[name], lines)
  return digestsOf(counted)
}

export function countedTables(): Counted {
  return Object.fromEntries(tableNames.map(name => [name, { rows: 0, hash: createHash('sha256') }])) as never
}

/** Adds lines to a table's count and digest; returns their text. */
export function count(table: Counted[TableName], lines: string[]): string {
  const text = lines.map(line => `${line}\n`).join('')
  table.rows += lines.length
  table.hash.update(text)
  return text
}

export function digestsOf(counted: Counted): Digests {
  const entries = Object.entries(counted)
  return Object.fromEntries(
    entries.map(([name, { rows, hash }]) => [name, { rows, sha256: hash.digest('hex') }]),
  )
}
