/**
 * A whole database as text that both engines write and read alike, a JSON value a line:
 *
 *     {"format":"microblog","version":1,"schema":"create_password_resets","engine":"sqlite","made":"2026-…Z"}
 *     {"table":"users","row":{"id":1,"username":"susan",…}}      every row of every table, parents first
 *     {"picture":"0f3a…/480.webp",…}                             the files of pictures, as pictures.ts says
 *     {"tables":{"users":{"rows":39,"sha256":"…"},…},"lastIds":{"users":39,…}}
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
import type { Line } from './files.ts'
import { isObject } from './json.ts'
import { isPictureValue, type Picture, PictureReader, type Pictures, type PictureValue } from './pictures.ts'
import { isTableName, linesOf, type TableName, tableNames, tablesWithIds } from './tables.ts'

export type Header = { format: 'microblog'; version: 1; schema: string; engine: string; made: string }
export type Trailer = { tables: Digests; lastIds: Record<string, number> }
/** `pictures`: null in a backup without them. */
export type Content = Trailer & { pictures: Pictures | null }
export type Digests = Record<string, { rows: number; sha256: string }>

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

/** `pictures` are the lines of pictures.ts, or nothing; `onEnd` is called with the digests of the tables. */
type Parts = { header: Header; pictures: AsyncIterable<string>; onEnd: (tables: Digests) => void }

/** The text of a database. */
export async function* portableText(db: Reader, { header, pictures, onEnd }: Parts): AsyncGenerator<string> {
  const whole = createHash('sha256')
  const digested = (text: string) => (whole.update(text), text)
  yield digested(`${JSON.stringify(header)}\n`)
  const digests = new TableDigests()
  for (const name of tableNames)
    for await (const lines of linesOf(db, name)) yield digested(digests.add(name, lines))
  for await (const line of pictures) yield digested(line)
  const tables = digests.finish()
  const lastIds: Record<string, number> = {}
  for (const name of tablesWithIds) lastIds[name] = await lastId(db, name)
  yield digested(`${JSON.stringify({ tables, lastIds })}\n`)
  yield `${JSON.stringify({ sha256: whole.digest('hex') })}\n`
  onEnd(tables)
}

/** The digests of a database's tables. */
export async function digestTables(db: Reader): Promise<Digests> {
  const digests = new TableDigests()
  for (const name of tableNames) for await (const lines of linesOf(db, name)) digests.add(name, lines)
  return digests.finish()
}

/** Counts and digests the lines of each table. */
class TableDigests {
  private readonly tables = new Map<string, { rows: number; hash: Hash }>(
    tableNames.map(name => [name, { rows: 0, hash: createHash('sha256') }]),
  )

  /** Returns the text of the lines. */
  add(name: TableName, lines: string[]): string {
    const text = lines.map(line => `${line}\n`).join('')
    const table = this.tables.get(name)
    if (table) {
      table.rows += lines.length
      table.hash.update(text)
    }
    return text
  }

  finish(): Digests {
    const entries = [...this.tables].map(([name, { rows, hash }]) => [
      name,
      { rows, sha256: hash.digest('hex') },
    ])
    return Object.fromEntries(entries) as Digests
  }
}

export type PortableRow = { table: TableName; row: Record<string, unknown>; line: number }
/** Is called with the parts of a text, in order; each call is awaited before more is read. */
export type Receiver = {
  header(header: Header): Promise<void>
  rows(rows: PortableRow[]): Promise<void>
  /** A file, after all rows. */
  picture(picture: Picture): Promise<void>
}

/**
 * Reads a text that may be anything to its end, and returns its trailer.
 * @throws UserError when it is something else, damaged or cut short: what was received until then is not to be used
 */
export async function readPortable(lines: AsyncIterable<Line[]>, receiver: Receiver): Promise<Content> {
  const reader = new PortableReader()
  for await (const batch of lines) {
    const rows: PortableRow[] = []
    for (const line of batch) {
      const value = reader.accept(line)
      if ('format' in value) await receiver.header(value)
      else if ('table' in value) rows.push({ ...value, line: line.number })
      else if ('key' in value) {
        await receiver.rows(rows.splice(0))
        await receiver.picture(value)
      }
    }
    await receiver.rows(rows)
  }
  return reader.end()
}

type Row = { table: TableName; row: Record<string, unknown> }
type Value = Header | Trailer | { sha256: string } | Row | PictureValue
/** What a line gives to the receiver: of a picture, its last line the whole file. */
type Accepted = Header | Row | Picture | { done: true }

/** Checks what has been read against the digests at the text's end. */
class PortableReader {
  private readonly whole = createHash('sha256')
  private readonly digests = new TableDigests()
  private readonly pictures = new PictureReader()
  private hasPictures = false
  private trailer: Trailer | undefined
  private isComplete = false

  accept({ text, number }: Line): Accepted {
    if (this.isComplete) throw damaged(number, 'there is more after its end')
    const value = number === 1 ? headerIn(text) : valueIn(text, number)
    // Its own line is part of no digest.
    if (isEnd(value)) this.complete(value.sha256, text, number)
    else this.whole.update(`${text}\n`)
    if ('format' in value) return value
    if ('table' in value) {
      if (this.trailer || this.hasPictures || !isTableName(value.table))
        throw damaged(number, `a row of "${value.table}" is not expected here`)
      this.digests.add(value.table, [text])
      return value
    }
    if ('tables' in value) this.trailer = value
    if ('tables' in value || isEnd(value)) return { done: true }
    if (this.trailer) throw damaged(number, 'a picture is not expected here')
    this.hasPictures = true
    return this.pictures.accept(value, number) ?? { done: true }
  }

  private complete(sha256: string, text: string, number: number): void {
    const isPlain = text === JSON.stringify({ sha256 })
    if (!isPlain || !this.trailer || this.whole.digest('hex') !== sha256)
      throw damaged(number, 'the digest does not match')
    const found = this.digests.finish()
    const wrong = Object.entries(this.trailer.tables).find(
      ([name, { sha256 }]) => found[name]?.sha256 !== sha256,
    )
    if (wrong) throw damaged(number, `the rows of ${wrong[0]} have changed`)
    this.isComplete = true
  }

  end(): Content {
    this.pictures.assertEnded()
    if (this.isComplete && this.trailer) return { ...this.trailer, pictures: this.pictures.found }
    throw new UserError('the backup is cut short: its end is missing')
  }
}

function headerIn(text: string): Header {
  const header = parseObject(text)
  if (header?.['format'] !== 'microblog')
    throw new UserError('this is not a Microblog backup: its first line is not a backup header')
  if (header['version'] === 1 && typeof header['schema'] === 'string') return header as unknown as Header
  throw new UserError(
    `this backup is of version ${String(Number(header['version']))}, and this code reads version 1: update the code`,
  )
}

function valueIn(text: string, number: number): Exclude<Value, Header> {
  const value = parseObject(text)
  const isRow = typeof value?.['table'] === 'string' && isObject(value['row'])
  const isTrailer = isObject(value?.['tables']) && isObject(value['lastIds'])
  const isDigest = typeof value?.['sha256'] === 'string'
  if (value && (isRow || isTrailer || isPictureValue(value) || isDigest)) return value as never
  throw damaged(number, 'it is not a line of a backup')
}

function isEnd(value: Value): value is { sha256: string } {
  return 'sha256' in value && !('picture' in value)
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function damaged(number: number, why: string): UserError {
  return new UserError(`the backup is damaged at line ${number}: ${why}`)
}

/** The first table in which two databases differ; undefined when they are the same. */
export function difference(one: Digests, other: Digests): string | undefined {
  const names = Object.keys({ ...one, ...other })
  return names.find(
    name => one[name]?.rows !== other[name]?.rows || one[name]?.sha256 !== other[name]?.sha256,
  )
}
