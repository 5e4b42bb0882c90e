/** Values as a developer wants to see them: rows in brief, queries as their SQL, and never a hash. */
import { type InspectOptions, inspect } from 'node:util'
import { oneLine, truncate } from './text.ts'

/** How many levels of objects are shown. */
const depth = 4

/** The value as Node would print it, with rows in brief and secrets left out. */
export function inspectRedacted(value: unknown, options: InspectOptions = {}): string {
  return inspect(redact(value), { depth, ...options })
}

/** A copy of the value that is safe to print by any means, down to the level that is shown. */
export function redact(value: unknown, levels = depth + 1): unknown {
  if (typeof value === 'string') return value.startsWith('$argon2') ? printsAs('…') : value
  if (typeof value !== 'object' || value === null || levels === 0) return value
  const summary = isRow(value) ? summaryOf(value) : drizzleSummary(value)
  if (summary !== undefined) return printsAs(summary)
  const part = (inner: unknown) => redact(inner, levels - 1)
  if (Array.isArray(value)) return value.map(part)
  if (value instanceof Set) return new Set([...value].map(part))
  if (value instanceof Map) return new Map([...value].map(([key, held]) => [part(key), part(held)]))
  if (!isRow(value) || inspect.custom in value) return value
  return Object.fromEntries(
    Object.entries(value).map(([field, held]) => [
      field,
      secretFields.has(field) ? printsAs('…') : part(held),
    ]),
  )
}

/** An object that prints as this text, without quotes. */
function printsAs(text: string): object {
  return { [inspect.custom]: () => text }
}

export type Row = Record<string, unknown>

/** True for objects like those that a query resolves to, unlike dates, tables and queries. */
export function isRow(value: unknown): value is Row {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** Fields that are never shown. */
export const secretFields: ReadonlySet<string> = new Set(['passwordHash', 'tokenHash'])

/** Drizzle's rows are plain objects that do not know their table: the first kind whose fields a row has counts. */
const kinds: { fields: string[]; summary(row: Row): string }[] = [
  { fields: ['body', 'author'], summary: row => postSummary(row, text(Object(row['author'])['username'])) },
  { fields: ['body', 'userId'], summary: row => postSummary(row, `user ${text(row['userId'])}`) },
  { fields: ['username', 'displayName'], summary: row => `<User ${text(row['username'])}>` },
  {
    fields: ['label', 'userAgent', 'userId'],
    summary: row => `<Session ${idOf(row)}of user ${text(row['userId'])}>`,
  },
  {
    fields: ['followerId', 'followedId'],
    summary: row => `<Follow ${text(row['followerId'])} → ${text(row['followedId'])}>`,
  },
  {
    fields: ['tag', 'postId'],
    summary: row => `<Hashtag ${text(row['tag'])} of post ${text(row['postId'])}>`,
  },
  {
    fields: ['postId', 'userId'],
    summary: row => `<Mention of user ${text(row['userId'])} in post ${text(row['postId'])}>`,
  },
]

/** A row in brief, like `<User susan>` or `<Post 42 by susan: first words…>`; undefined for other objects. */
export function summaryOf(row: Row): string | undefined {
  return kinds.find(({ fields }) => fields.every(field => field in row))?.summary(row)
}

function postSummary(row: Row, author: string): string {
  return `<Post ${idOf(row)}by ${author}: ${truncate(text(row['body']), 40)}>`
}

function idOf({ id }: Row): string {
  return id === undefined ? '' : `${text(id)} `
}

function text(value: unknown): string {
  return oneLine(String(value))
}

/** Drizzle marks its classes with their kind, and its tables with their name. */
const symbols = { kind: Symbol.for('drizzle:entityKind'), table: Symbol.for('drizzle:Name') }
type DrizzleObject = {
  [name: symbol]: unknown
  name?: string
  table?: DrizzleObject
  toSQL?(): { sql: string }
  build?(): { sql: string }
}

/** Tables, columns and queries in brief: Node would print hundreds of lines of internals. */
function drizzleSummary(value: object): string | undefined {
  if (value instanceof Promise) return '<Promise: put await before it>'
  const kind = (value.constructor as unknown as DrizzleObject | undefined)?.[symbols.kind]
  if (typeof kind !== 'string') return undefined
  const object = value as DrizzleObject
  if (isTable(value)) return `<Table ${tableName(object)}: ${Object.keys(object).join(', ')}>`
  if ('getSQLType' in value && object.table) return `<Column ${tableName(object.table)}.${object.name}>`
  if (!('then' in value)) return `<${kind}>`
  const { sql = '' } = object.toSQL?.() ?? object.build?.() ?? {}
  return `<Query ${truncate(oneLine(sql), 500)}: put await before it>`
}

export function isTable(value: unknown): boolean {
  return symbols.table in Object(value)
}

/** The name of a table in the database. */
export function tableName(table: object): string {
  return String((table as DrizzleObject)[symbols.table])
}
