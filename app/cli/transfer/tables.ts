/** Every table as rows that mean the same on both engines, in an order in which they can be inserted. */

import { UserError } from '../../config/user-error.ts'
import { getColumns } from '../../database/consistent-read.ts'
import type { Reader, Writer } from '../../database/database.ts'
import * as schema from '../../database/schema.ts'
import { asc, type SQL, sql } from '../../database/sql.ts'

type Table = typeof schema.users
type Column = Table['id']
type Row = Record<string, unknown>

const { users, sessions, posts, follows, mentions, hashtags, passwordResets } = schema
const { formerUsernames, emailConfirmations, knownDevices, rateLimits, blocks, jobs } = schema
const { conversations, participants, messages, notifications, apiTokens, idempotencyKeys } = schema
const { exports, exportParts, translations } = schema
/** By their names in the database, parents first, each with the key that its rows are ordered by. */
const keys = {
  users: [users, users.id],
  sessions: [sessions, sessions.id],
  posts: [posts, posts.id],
  follows: [follows, follows.followerId, follows.followedId],
  mentions: [mentions, mentions.postId, mentions.userId],
  hashtags: [hashtags, hashtags.postId, hashtags.tag],
  password_resets: [passwordResets, passwordResets.id],
  former_usernames: [formerUsernames, formerUsernames.usernameKey],
  email_confirmations: [emailConfirmations, emailConfirmations.id],
  known_devices: [knownDevices, knownDevices.id],
  rate_limits: [rateLimits, rateLimits.key],
  blocks: [blocks, blocks.blockerId, blocks.blockedId],
  jobs: [jobs, jobs.id],
  conversations: [conversations, conversations.id],
  participants: [participants, participants.conversationId, participants.userId],
  messages: [messages, messages.id],
  notifications: [notifications, notifications.id],
  api_tokens: [apiTokens, apiTokens.id],
  idempotency_keys: [idempotencyKeys, idempotencyKeys.userId, idempotencyKeys.key],
  exports: [exports, exports.id],
  export_parts: [exportParts, exportParts.exportId, exportParts.position],
  translations: [translations, translations.postId, translations.language],
}

export type TableName = keyof typeof keys
export const tableNames = Object.keys(keys) as TableName[]

export function isTableName(name: unknown): name is TableName {
  return tableNames.includes(name as TableName)
}

type Shape = { table: Table; columns: Record<string, Column>; key: string[] }

/** All tables are treated alike here, which their types cannot say: each is as good as the first. */
function shapeOf(name: TableName): Shape {
  const [table, ...key] = keys[name] as unknown as [Table, ...Column[]]
  const columns = getColumns(table) as unknown as Record<string, Column>
  return { table, columns, key: Object.keys(columns).filter(name => key.includes(columns[name] as Column)) }
}

const shapes = Object.fromEntries(tableNames.map(name => [name, shapeOf(name)])) as Record<TableName, Shape>

/** The tables that give their rows ids. */
export const numbered = tableNames.filter(name => 'id' in shapes[name].columns)

const pageSize = 1_000

/**
 * The canonical text of each row of a table, a page at a time, in key order. The two engines order text
 * differently, so rows that share the first part of their key wait for each other and are put in order here.
 */
export async function* linesOf(db: Reader, name: TableName): AsyncGenerator<string[]> {
  const { key } = shapes[name]
  const first = key[0] as string
  let waiting: Row[] = []
  for await (const page of pagesOf(db, shapes[name])) {
    const last = page.length < pageSize ? undefined : page.at(-1)?.[first]
    const rows = waiting.concat(page)
    const end = last === undefined ? rows.length : rows.findIndex(row => row[first] === last)
    waiting = rows.slice(end)
    yield rows
      .slice(0, end)
      .toSorted(byKey(key))
      .map(row => lineOf(name, row))
  }
}

async function* pagesOf(db: Reader, { table, columns, key }: Shape): AsyncGenerator<Row[]> {
  const parts = key.map(name => columns[name] as Column)
  const order = parts.map(column => asc(column))
  let beyond: SQL | undefined
  for (;;) {
    const page: Row[] = await db
      .select()
      .from(table)
      .where(beyond)
      .orderBy(...order)
      .limit(pageSize)
    yield page
    const last = page.at(-1)
    if (page.length < pageSize || !last) return
    const place = key.map((name, part) => sql.param(last[name], parts[part] as Column))
    beyond = sql`(${sql.join(parts, sql`, `)}) > (${sql.join(place, sql`, `)})`
  }
}

function byKey(key: string[]): (a: Row, b: Row) => number {
  return (a, b) => {
    const part = key.find(name => a[name] !== b[name])
    return part === undefined ? 0 : (a[part] as number) < (b[part] as number) ? -1 : 1
  }
}

/** Columns in the schema's order, by their names in the database; the keys of JSON values in order, bytes in base64. */
function lineOf(name: TableName, row: Row): string {
  const columns = Object.entries(shapes[name].columns)
  const values = Object.fromEntries(columns.map(([key, column]) => [column.name, portable(row[key])]))
  return JSON.stringify({ table: name, row: values })
}

function portable(value: unknown): unknown {
  return Buffer.isBuffer(value) ? value.toString('base64') : sortKeys(value)
}

/** PostgreSQL's jsonb keeps its keys in an order of its own. */
function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (!value || typeof value !== 'object' || value instanceof Date) return value
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, part]) => [key, sortKeys(part)]),
  )
}

/**
 * The row of such a text, fit to be inserted.
 * @throws UserError when it has a column that the table lacks
 */
export function rowOf(name: TableName, values: Row): Row {
  const columns = Object.entries(shapes[name].columns)
  const unknown = Object.keys(values).find(key => !columns.some(([, column]) => column.name === key))
  if (unknown) throw new UserError(`${name} has no column ${unknown}`)
  const given = columns.filter(([, column]) => column.name in values)
  return Object.fromEntries(given.map(([key, column]) => [key, valueOf(column, values[column.name])]))
}

function valueOf({ dataType }: { dataType: string }, value: unknown): unknown {
  if (typeof value !== 'string') return value
  if (dataType === 'object date') return new Date(value)
  return dataType === 'object buffer' ? Buffer.from(value, 'base64') : value
}

/** SQLite takes 32,766 parameters a statement. */
export async function insertRows(tx: Writer, name: TableName, rows: Row[]): Promise<void> {
  if (rows.length > 0) await tx.insert(shapes[name].table).values(rows as (typeof users.$inferInsert)[])
}

export async function isEmpty(db: Reader): Promise<boolean> {
  for (const name of tableNames) {
    const rows = await db.select({ one: sql`1` }).from(shapes[name].table).limit(1)
    if (rows.length > 0) return false
  }
  return true
}

/** Deletes every row, children first. */
export async function deleteRows(tx: Writer): Promise<void> {
  for (const name of tableNames.toReversed()) await tx.delete(shapes[name].table)
}
